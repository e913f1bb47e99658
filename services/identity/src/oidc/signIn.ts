import type { Runtime } from '@patchwork/runtime'
import type { Accounts } from '../accounts.ts'
import { isOpen } from '../domain/account.ts'
import type { DerivedSecrets } from '../secrets/derivedSecrets.ts'
import type { PasswordHasher } from '../secrets/passwordHash.ts'
import type { Attempts } from '../store/attempts.ts'

export type SignInAnswer =
  | { kind: 'signed-in'; accountId: string; signedInAtSeconds: number; device: string }
  | { kind: 'not-verified'; accountId: string }
  | { kind: 'not-right' }
  | { kind: 'wait'; waitMs: number }

/**
 * Whether an address and a password belong together. An address that is not known is answered like a wrong password, as slowly, and counted alike.
 * Failures are counted per address; a browser that has signed in to it before (`device`) counts on its own, so that a stranger's guesses never keep the
 * person out of their own browser. Throws TooManyPasswordsError.
 */
export const createSignIn =
  (options: { accounts: Accounts; attempts: Attempts; hasher: PasswordHasher; secrets: DerivedSecrets; runtime: Pick<Runtime, 'now' | 'randomBytes'> }) =>
  async ({ email, password, device }: { email: string; password: string; device: string | undefined }): Promise<SignInAnswer> => {
    const { accounts, attempts, hasher, secrets, runtime } = options
    const loginId = accounts.loginIdOf(email)
    const nonce = knownDevice(secrets, device, loginId)
    const key = nonce === undefined ? loginId : `${loginId}.${nonce}`
    const { waitMs } = await attempts.begin(key)
    if (waitMs > 0) return { kind: 'wait', waitMs }
    const account = await accounts.findByLogin(loginId)
    const isRight = await hasher.matches(password, account?.details.passwordHash)
    if (!isRight || !account || !isOpen(account.state)) return { kind: 'not-right' }
    await attempts.forget(key)
    if (account.state.status === 'unverified') return { kind: 'not-verified', accountId: account.id }
    const newNonce = nonce ?? Buffer.from(runtime.randomBytes(12)).toString('base64url')
    return {
      kind: 'signed-in',
      accountId: account.id,
      signedInAtSeconds: Math.floor(runtime.now() / 1_000),
      device: `${newNonce}.${secrets.deviceMark(loginId, newNonce)}`,
    }
  }

/** The nonce of a device's mark when it was made for this login. */
const knownDevice = (secrets: DerivedSecrets, device: string | undefined, loginId: string): string | undefined => {
  const [, nonce, mark] = /^([\w-]{16})\.([\w-]{43})$/.exec(device ?? '') ?? []
  return nonce !== undefined && mark !== undefined && secrets.isDeviceMark(mark, loginId, nonce) ? nonce : undefined
}
