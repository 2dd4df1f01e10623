// In the machine, a program that takes GPIO lines as it is told: one JSON line on stdin a step, one on stdout a fact.
import { createInterface } from 'node:readline'
import { BoardError } from '../../../device/board/error.ts'
import { findChip, type Line, requestLine } from '../../../device/board/linux/gpio.ts'
import type { Level, LineSettings } from '../../../device/board/linux/gpio-abi.ts'

export type LineStep =
  | { readonly do: 'take'; readonly offset: number; readonly settings: LineSettings }
  | { readonly do: 'set'; readonly offset: number; readonly level: Level }
  | { readonly do: 'get'; readonly offset: number }
  | { readonly do: 'configure'; readonly offset: number; readonly settings: LineSettings }
  | { readonly do: 'release'; readonly offset: number }

const print = (fact: object) =>
  process.stdout.write(`${JSON.stringify(fact, (_, value) => (typeof value === 'bigint' ? Number(value) : value))}\n`)
const chip = findChip({})
const lines = new Map<number, Line>()
const at = (offset: number): Line => {
  const line = lines.get(offset)
  if (line === undefined) throw new Error(`Cannot use line ${offset} as it must be taken: got none`)
  return line
}

const take = (step: LineStep): object => {
  const { offset } = step
  switch (step.do) {
    case 'take': {
      const line = requestLine({ chip, offset, consumer: 'latchkey test', settings: step.settings })
      lines.set(offset, line)
      if (step.settings.direction === 'input') {
        line.watch(
          (edge) => print({ edge: offset, ...edge }),
          ({ message }) => print({ lost: offset, message }),
        )
      }
      return { took: offset }
    }
    case 'set':
      at(offset).set(step.level)
      return { set: offset }
    case 'get':
      return { got: offset, level: at(offset).get() }
    case 'configure':
      at(offset).configure(step.settings)
      return { configured: offset }
    case 'release':
      at(offset)[Symbol.dispose]()
      return { released: offset }
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  try {
    print(take(JSON.parse(line) as LineStep))
  } catch (error) {
    if (!(error instanceof BoardError)) throw error
    print({ code: error.code, message: error.message })
  }
})
print({ chip })
