import { complete, NotificationEnvironment, ownSettingsFrom } from './config.ts'

test('a mail server needs a sender', () => {
  expect(() => complete({ smtpUrl: 'smtp://127.0.0.1:25' })).toThrow('MAIL_FROM')
  expect(complete({ smtpUrl: 'smtp://127.0.0.1:25', mailFrom: 'a@b.uk' })).toEqual({
    mail: { url: 'smtp://127.0.0.1:25', from: 'a@b.uk' },
    placeName: 'Patchwork',
  })
})
test('without a mail server nothing is missing', () => expect(complete({})).toEqual({ mail: undefined, placeName: 'Patchwork' }))
const fromEnvironment = (environment: object) => ownSettingsFrom(NotificationEnvironment.parse(environment))

test('an address that is no mail server is refused', () => {
  expect(() => fromEnvironment({ SMTP_URL: 'http://mail.uk' })).toThrow()
  expect(() => fromEnvironment({ SMTP_URL: 'smtp://mail.uk' })).toThrow('say who the mail is from')
  expect(fromEnvironment({ SMTP_URL: 'smtps://u:p@mail.uk:465', MAIL_FROM: 'a@b.uk' })).toMatchObject({
    smtpUrl: 'smtps://u:p@mail.uk:465',
    mailFrom: 'a@b.uk',
  })
})
