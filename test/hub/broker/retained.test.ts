// What is read of the disk when somebody subscribes: what may match, and no more.
import { expect, test } from 'vitest'
import { retainedRange } from '../../../hub/broker/retained.ts'

const isIn = (topic: string, filter: string): boolean => {
  const { gte, lt } = retainedRange(filter)
  const key = `retained:${topic}`
  return key >= gte && key < lt
}

test.for([
  { filter: '#', reads: ['a', 'homie/5/x/$state', 'zz'], spares: [] },
  { filter: '+/b', reads: ['a/b', 'zz/b'], spares: [] },
  {
    filter: 'homie/5/#',
    reads: ['homie/5', 'homie/5/x', 'homie/5/x/climate/target'],
    spares: ['homie/6', 'homeassistant/x'],
  },
  { filter: 'homie/5/x/+/+', reads: ['homie/5/x/climate/target'], spares: ['homie/5/y/climate/target', 'homie/4'] },
  { filter: 'homie/5/x/$state', reads: ['homie/5/x/$state'], spares: ['homie/5/w/$state', 'homie/5/x/name'] },
])('$filter', ({ filter, reads, spares }) => {
  for (const topic of reads) expect(isIn(topic, filter), topic).toBe(true)
  for (const topic of spares) expect(isIn(topic, filter), topic).toBe(false)
})
