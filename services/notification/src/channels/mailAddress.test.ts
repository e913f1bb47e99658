import { isExampleAddress } from './mailAddress.ts'

test.each([
  'a@example.com',
  'a@example.org',
  'a@mail.example.net',
  'a@council.example.gov.uk',
  'a@b.test',
  'a@b.invalid',
  'a@localhost',
  'A@EXAMPLE.COM',
  '"x@y.uk"@example.org',
])('%s belongs to nobody', (address) => expect(isExampleAddress(address)).toBe(true))
test.each(['a@trafford.gov.uk', 'a@examples.org', 'a@myexample.com', 'example@nhs.net', 'a@latest.uk'])('%s may be somebody', (address) =>
  expect(isExampleAddress(address)).toBe(false),
)
