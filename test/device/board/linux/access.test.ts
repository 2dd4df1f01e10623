import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { accessError, openDevice } from '../../../../device/board/linux/access.ts'

const refusal = (code: string) => Object.assign(new Error(code), { code })

test('a device file that is not there says what brings it', () => {
  expect(() => openDevice('/dev/no-such-bus', 'dtparam=i2c_arm=on')).toThrow(
    'Cannot open /dev/no-such-bus as it must exist (dtparam=i2c_arm=on): got ENOENT',
  )
})

test("a file that is root's alone lacks a udev rule", () => {
  expect(accessError(refusal('EACCES'), '/etc/passwd', '')).toMatchObject({
    code: 'forbidden',
    message: 'Cannot open /etc/passwd as a udev rule must give it to a group of its own: got EACCES',
  })
})

test.skipIf(statSync('/etc/shadow').gid === 0)('a file of a group says which group to be in', () => {
  expect(accessError(refusal('EACCES'), '/etc/shadow', '').message).toBe(
    'Cannot open /etc/shadow as this user must be in the group "shadow": got EACCES',
  )
})
