// What a person types to run this program. The package has a name of its own, which it defines when it is bundled.
declare const PACKAGED_NAME: string | undefined

const packaged = typeof PACKAGED_NAME === 'undefined' ? undefined : PACKAGED_NAME

export const DEVICE_PROGRAM = packaged ?? 'latchkey device'
export const DOCTOR_PROGRAM = packaged === undefined ? 'latchkey doctor' : `${packaged} doctor`

/** For whoever has no key to press. */
export const ASK_AGAIN = `Ask for a new code with "${DEVICE_PROGRAM} pair".`
