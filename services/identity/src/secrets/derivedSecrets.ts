import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { idFor } from '@patchwork/aggregate'

const uuidBytes = 16
const macBytes = 24
// Without letters that look like others. 32 of them, so that each byte of the key chooses evenly: 100 bits.
const codeLetters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const [codeGroups, lettersPerGroup] = [4, 5]
/** The token of a link: account, challenge and a keyed digest of both. */
const tokenPattern = /^[\w-]{75}$/

export type DerivedSecrets = {
  /** The secret of a one-time link. Nothing of it is stored: the same ids give the same token. */
  linkToken(accountId: string, challengeId: string): string
  /** Whose link a token is; undefined when it was not made here. Whether the link can still be used is the account's to say. */
  readLinkToken(token: string): { accountId: string; challengeId: string } | undefined
  /** The secret of an account's own client, the same at each start. */
  clientSecret(clientId: string): string
  /** The secret of the web pages' client, which the web service derives in the same way. */
  webClientSecret: string
  /** Keys that sign the cookies of the sign-in pages. */
  cookieKeys: string[]
  /** A sign that this browser has signed in to that login before. */
  deviceMark(loginId: string, nonce: string): string
  isDeviceMark(mark: string, loginId: string, nonce: string): boolean
  /** The code that opens the account of a place's first administrator: the same at each start and in each process, so that whichever was printed is right. */
  firstAdministratorCode: string
  /** Case, spaces and hyphens do not matter: people copy it from a screen. */
  isFirstAdministratorCode(code: string): boolean
  /** One account for all who hold the code, so that two of them cannot make two first administrators. */
  firstAdministratorAccountId: string
}

/** Every secret of the service that follows from the place's 32-byte data key. */
export const deriveSecrets = (dataKey: Uint8Array): DerivedSecrets => {
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', dataKey, 'patchwork', use, 32))
  const linkKey = derive('identity/link')
  const clientKey = derive('identity/client')
  const deviceKey = derive('identity/device')
  const macOf = (ids: Buffer) => createHmac('sha256', linkKey).update(ids).digest().subarray(0, macBytes)
  const deviceMark = (loginId: string, nonce: string) => createHmac('sha256', deviceKey).update(`${loginId}.${nonce}`).digest('base64url')
  const firstAdministratorCode = codeOf(derive('identity/first-administrator-code'))
  return {
    linkToken: (accountId, challengeId) => {
      const ids = Buffer.concat([bytesOf(accountId), bytesOf(challengeId)])
      return Buffer.concat([ids, macOf(ids)]).toString('base64url')
    },
    readLinkToken: (token) => {
      if (!tokenPattern.test(token)) return undefined
      const bytes = Buffer.from(token, 'base64url')
      const ids = bytes.subarray(0, 2 * uuidBytes)
      if (bytes.length !== 2 * uuidBytes + macBytes || !timingSafeEqual(bytes.subarray(2 * uuidBytes), macOf(ids))) return undefined
      return { accountId: uuidOf(ids.subarray(0, uuidBytes)), challengeId: uuidOf(ids.subarray(uuidBytes)) }
    },
    clientSecret: (clientId) => createHmac('sha256', clientKey).update(clientId).digest('hex'),
    webClientSecret: derive('oidc-web-client').toString('hex'),
    cookieKeys: [derive('identity/cookies').toString('base64url')],
    deviceMark,
    isDeviceMark: (mark, loginId, nonce) => isSame(mark, deviceMark(loginId, nonce)),
    firstAdministratorCode,
    isFirstAdministratorCode: (code) => isSame(withoutSpaces(code), withoutSpaces(firstAdministratorCode)),
    firstAdministratorAccountId: idFor(derive('identity/first-administrator-account').toString('hex')),
  }
}

const isSame = (given: string, expected: string): boolean => {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

const codeOf = (bytes: Buffer): string =>
  Array.from({ length: codeGroups }, (_, group) =>
    Array.from(bytes.subarray(group * lettersPerGroup, (group + 1) * lettersPerGroup), (byte) => codeLetters.charAt(byte % codeLetters.length)).join(''),
  ).join('-')

const withoutSpaces = (code: string): string => code.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')
const uuidOf = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
