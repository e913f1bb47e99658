import { commonPasswords } from './commonPasswords.ts'
import { PasswordTooCommonError, PasswordTooLongError, PasswordTooShortError } from './errors.ts'
import { loginNameOf } from './loginName.ts'

/** In code points, as a person counts them. */
export const passwordLengthMin = 10
export const passwordLengthMax = 200

/** The one form in which a password is hashed and compared: keyboards differ in how they write the same letter. */
export const passwordForm = (password: string): string => password.normalize('NFKC')

/**
 * Takes any password but those that NIST SP 800-63B says to refuse: too short, known to be common, a repeat or a run of characters, or the person's own
 * address. There are no rules of composition. Throws PasswordTooShortError, PasswordTooLongError, PasswordTooCommonError.
 */
export const checkPassword = (password: string, email?: string): void => {
  const form = passwordForm(password)
  const length = [...form].length
  if (length < passwordLengthMin) throw new PasswordTooShortError(passwordLengthMin)
  if (length > passwordLengthMax) throw new PasswordTooLongError(passwordLengthMax)
  const folded = form.toLowerCase().replaceAll(/\s+/g, '')
  if (commonPasswords.has(folded) || isRepeat(folded) || isRun(folded) || isAddress(folded, email)) throw new PasswordTooCommonError()
}

/** One short piece over and over: aaaaaaaaaa, abcabcabcabc. */
const isRepeat = (text: string): boolean => /^(.{1,4}?)\1+.{0,3}$/u.test(text)

const runs = [
  '0123456789012345678901234567890',
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
]
const isRun = (text: string): boolean => runs.some((run) => run.includes(text) || [...run].reverse().join('').includes(text))

const isAddress = (text: string, email: string | undefined): boolean => {
  if (email === undefined) return false
  const address = loginNameOf(email)
  return text === address || text === address.split('@')[0] || text === address.replace('@', '')
}
