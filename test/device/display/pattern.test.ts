import { expect, test } from 'vitest'
import { millis, seconds } from '#contract/time.ts'
import { beeps, blink, createPlayer } from '../../../device/display/pattern.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

/** A light, and when it changed. */
function light() {
  const clock = new VirtualClock()
  const changes: string[] = []
  let is = false
  const player = createPlayer(clock, (on) => {
    if (on !== is) changes.push(`${clock.uptime()} ${on ? 'on' : 'off'}`)
    is = on
  })
  return { clock, changes, player }
}

test('a blinking light blinks until it is told otherwise', async () => {
  const { clock, changes, player } = light()
  player.play(blink(100, 900))
  await clock.advance(millis(1500))
  player.play('off')
  await clock.advance(seconds(10))
  expect(changes).toEqual(['0 on', '100 off', '1000 on', '1100 off'])
})

test('what is played already does not begin again', async () => {
  const { clock, changes, player } = light()
  player.play(blink(100, 900))
  await clock.advance(millis(50))
  player.play(blink(100, 900))
  await clock.advance(millis(100))
  expect(changes).toEqual(['0 on', '100 off'])
})

test('an interruption ends, and what was played goes on', async () => {
  const { clock, changes, player } = light()
  player.play('on')
  player.interrupt(beeps(2, 100, 100))
  await clock.advance(seconds(1))
  expect(changes).toEqual(['0 on', '100 off', '200 on', '300 off', '400 on'])
})
