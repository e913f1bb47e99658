import { createHmac, hkdfSync } from 'node:crypto'
import { idFor } from '@patchwork/aggregate'

// Without letters and figures that are taken for each other.
const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const length = 16
const groupLength = 4

export type JoiningCodes = {
  /** A code of 80 bits, as it is shown: `7KQM-X2PD-9HTV-BN4C`. It follows from the command, so that a repeat shows the same one. */
  make(commandKey: string): string
}

/** Codes under the place's 32-byte data key. */
export const createJoiningCodes = (dataKey: Uint8Array): JoiningCodes => {
  const key = Buffer.from(hkdfSync('sha256', dataKey, 'patchwork', 'provider-directory/joining-code', 32))
  return {
    make: (commandKey) => {
      const digest = createHmac('sha256', key).update(commandKey).digest()
      const code = [...digest.subarray(0, length)].map((byte) => letters[byte % letters.length]).join('')
      return code.match(new RegExp(`.{${groupLength}}`, 'g'))?.join('-') ?? code
    },
  }
}

/** The id of a code however it was typed. The code cannot be had from it. */
export const joiningCodeIdOf = (code: string): string => idFor(`provider-directory/joining-code:${code.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')}`)
