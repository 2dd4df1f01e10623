// The wiring file, and whether what it names is here and may be used. Nothing is taken: the agent that runs keeps what it has.
import { accessSync, constants, existsSync } from 'node:fs'
import type { Kind } from '#contract/ids.ts'
import { accessError, openDevice } from '../board/linux/access.ts'
import { type Chip, findChip } from '../board/linux/gpio.ts'
import { decodeLineInfo, GET_LINE_INFO, lineInfo } from '../board/linux/gpio-abi.ts'
import { findHwmon } from '../board/linux/hwmon.ts'
import { findIio } from '../board/linux/iio.ts'
import { ioctl } from '../board/linux/ioctl.ts'
import { listOneWire } from '../board/linux/one-wire.ts'
import { findPwm } from '../board/linux/pwm.ts'
import { machineUseOf } from '../install/uses.ts'
import type { BoardWiring } from '../wiring/board.ts'
import { readWiringText } from '../wiring/open.ts'
import { usesOf } from '../wiring/uses.ts'
import { readWiring, type Wiring } from '../wiring/wiring.ts'
import { readYaml } from '../wiring/yaml.ts'
import { about, type Finding } from './finding.ts'

const at = about('wiring')

export async function lookAtWiring(kind: Kind, file: string): Promise<readonly Finding[]> {
  let wiring: Wiring
  try {
    wiring = readWiring(readYaml(await readWiringText(file), file), { kind, file })
  } catch (error) {
    return [at.problem(messageOf(error), 'put the file right: docs/wiring.md has an example for each kind')]
  }
  const { board } = wiring
  const valid = at.ok(`${file} is valid`)
  switch (board.type) {
    case 'simulated':
      return [valid, at.warning('the board is simulated', 'name linux or firmata:<port> in the file')]
    case 'firmata':
      return [valid, lookAtFile(board.port, 'plug the Arduino in')]
    case 'linux':
      return [valid, ...lookAtPins(wiring, board), ...lookAtBuses(wiring), ...lookAtSensors(wiring)]
  }
}

function lookAtPins(wiring: Wiring, { chip: label }: Extract<BoardWiring, { type: 'linux' }>): readonly Finding[] {
  const pins = usesOf(wiring).flatMap((use) => (use.type === 'pin' ? [use] : []))
  if (pins.length === 0) return []
  try {
    const chip = findChip(label === undefined ? {} : { label })
    const held = pins.flatMap(({ pin, path }) => {
      const holder = holderOf(chip, pin)
      if (holder === undefined || holder.startsWith('latchkey')) return []
      const todo = 'end that program, or take the overlay that claims the pin out of config.txt'
      return [at.problem(`GPIO${pin} of "${path}" is held by "${holder}"`, todo)]
    })
    return held.length > 0 ? held : [at.ok(`${chip.label} has all ${pins.length} pins, and nobody else holds one`)]
  } catch (error) {
    return [at.problem(messageOf(error), 'on a Raspberry Pi: update it; elsewhere name the chip, as gpiodetect does')]
  }
}

function holderOf(chip: Chip, pin: number): string | undefined {
  using file = openDevice(chip.path, 'a kernel with CONFIG_GPIO_CDEV')
  const info = lineInfo(pin)
  ioctl(file.fd, GET_LINE_INFO, info, 'GPIO_V2_GET_LINEINFO')
  const { consumer, used } = decodeLineInfo(info)
  return used ? consumer || 'the kernel' : undefined
}

function lookAtBuses(wiring: Wiring): readonly Finding[] {
  const { i2c, pwm } = machineUseOf(wiring)
  const buses = i2c.map((bus) => lookAtFile(`/dev/i2c-${bus}`, 'dtparam=i2c_arm=on in config.txt, then restart'))
  if (!pwm) return buses
  const found = findPwm()
  const overlay = 'dtoverlay=pwm-2chan in config.txt, then restart'
  return [...buses, found ? at.ok('hardware PWM is there') : at.problem('there is no hardware PWM', overlay)]
}

function lookAtFile(path: string, todo: string): Finding {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return at.ok(`${path} may be used`)
  } catch (error) {
    return at.problem(accessError(error, path).message, existsSync(path) ? joinGroup : todo)
  }
}
const joinGroup = 'the unit gives the agent its groups; you may want them too: sudo usermod -aG gpio,i2c,dialout $USER'

/** Those that the kernel reads; what is on I2C tells whether it is there when it is read. */
function lookAtSensors({ parts }: Wiring): readonly Finding[] {
  return Object.entries(parts).flatMap(([name, part]) => {
    const missing = typeof part === 'object' && 'type' in part ? missingSensor(part) : undefined
    return missing === undefined
      ? []
      : [at.problem(`${name}: ${missing}`, 'look at its wires and at its overlay in config.txt')]
  })
}

function missingSensor(part: {
  readonly type: unknown
  readonly id?: unknown
  readonly name?: unknown
}): string | undefined {
  const name = typeof part.name === 'string' ? part.name : ''
  switch (part.type) {
    case 'ds18b20': {
      const found = listOneWire()
      const isThere = typeof part.id === 'string' ? found.includes(part.id) : found.length === 1
      return isThere ? undefined : `the 1-Wire bus has ${found.length === 0 ? 'no thermometer' : found.join(', ')}`
    }
    case 'hwmon':
      return whyNot(() => findHwmon(name))
    case 'iio':
    case 'max31855':
      return whyNot(() => findIio(name))
    default:
      return undefined
  }
}

function whyNot(find: () => unknown): string | undefined {
  try {
    find()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
