import { PasswordTooCommonError, PasswordTooLongError, PasswordTooShortError } from './errors.ts'
import { isReservedAddress, loginNameOf } from './loginName.ts'
import { checkPassword } from './passwordRules.ts'

test.each([
  'correct horse battery',
  'ünïcödé-çhärs',
  'ffffffffffg-oranges',
  'Zebra kettle 7',
  '  spaces count  ',
  'Cyfrinair hir iawn',
  '👍👍🏽🎈🦊🐝🌱🚲🧵🎻🥾',
])('a password needs no capital, digit or sign: %s', (password) => expect(() => checkPassword(password, 'ann@example.org')).not.toThrow())
test.each(['', 'short', '123456789', '👍👍👍👍👍👍👍👍👍'])('fewer than ten characters are too few: %s', (password) =>
  expect(() => checkPassword(password)).toThrow(PasswordTooShortError),
)
test('more than two hundred characters are too many', () => expect(() => checkPassword('ab cd ef '.repeat(30))).toThrow(PasswordTooLongError))
test.each([
  'password123',
  'Password 123',
  'QWERTYUIOP',
  '1234567890',
  '0987654321',
  'aaaaaaaaaaaa',
  'abcabcabcabc',
  'patchwork2026',
  'iloveyou123',
  'abcdefghijkl',
  'poiuytrewq',
])('what many people use is refused: %s', (password) => expect(() => checkPassword(password)).toThrow(PasswordTooCommonError))
test.each(['Ann.Example@example.org', 'ann.example', 'ann.exampleexample.org'])('one’s own address is no password: %s', (password) =>
  expect(() => checkPassword(password, 'ann.example@example.org')).toThrow(PasswordTooCommonError),
)
test('an address is found however it was typed', () => expect(loginNameOf('  Ann.Example@EXAMPLE.org ')).toBe('ann.example@example.org'))
test.each(['a@example.org', 'a@b.example', 'a@mail.example.com', 'a@x.test'])('mail to %s can reach nobody', (address) =>
  expect(isReservedAddress(address)).toBe(true),
)
test.each(['a@gmail.com', 'a@myexample.org', 'a@example.org.uk', 'a@notexample'])('%s could be somebody’s', (address) =>
  expect(isReservedAddress(address)).toBe(false),
)
