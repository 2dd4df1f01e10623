import pino from 'pino'

/** A logger that says nothing. */
export const quiet = pino({ level: 'silent' })
