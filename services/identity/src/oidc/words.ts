export const languages = ['en', 'cy'] as const
export type Language = (typeof languages)[number]

/** Every word of the sign-in pages. The Welsh is a draft: nobody who speaks it has read it yet, and each page says so. */
const en = {
  serviceName: 'Patchwork',
  skipToContent: 'Skip to main content',
  draftNotice: '',
  errorPrefix: 'Error: ',
  problemTitle: 'There is a problem',
  signInTitle: 'Sign in',
  emailLabel: 'Email address',
  passwordLabel: 'Password',
  showPassword: 'Show',
  hidePassword: 'Hide',
  signInButton: 'Sign in',
  forgottenPassword: 'Forgotten your password?',
  noAccount: 'No account yet?',
  signUp: 'Sign up',
  enterEmail: 'Enter your email address',
  enterPassword: 'Enter your password',
  notRight: 'Email address or password is not right',
  tooManyTries: 'That was tried too often. Wait {wait}, then try again',
  waitSecond: '1 second',
  waitSeconds: '{count} seconds',
  waitMinute: '1 minute',
  waitMinutes: '{count} minutes',
  checkMailTitle: 'Look in your mail',
  checkMailText: 'Before you can sign in, open the link in the message that we sent to your email address. It may have been put with unwanted mail.',
  checkMailNoMailTitle: 'Your account waits for a person',
  checkMailNoMailText:
    'This place sends no email, so you cannot show in that way that the address is yours. Ask an administrator of this place to vouch for you. Then sign in.',
  checkMailAgain: 'Send the message again',
  checkMailSentTitle: 'We have sent the message again',
  checkMailSentText: 'It can take a few minutes to arrive. The link in it works for one day.',
  back: 'Back to sign in',
  home: 'Go to the start page',
  timedOutTitle: 'This page has timed out',
  timedOutText: 'Sign in again from the start page.',
  problemPageTitle: 'Something went wrong',
  problemPageText: 'Nothing was changed. Go to the start page and try again.',
  problemCode: 'Code: {code}',
  signOutTitle: 'Do you want to sign out?',
  signOutButton: 'Sign out',
  signedOutTitle: 'You have signed out',
  languageName: 'English',
  demonstration: 'Demonstration place.',
  demonstrationText: 'The organisations are real; the people are invented.',
  emergencyTitle: 'In an emergency',
  emergency999: 'If someone is in danger, call 999.',
  emergencyMore: 'Help right now: who to call',
}
export type Words = Record<keyof typeof en, string>

const cy: Words = {
  serviceName: 'Patchwork',
  skipToContent: 'Neidio i’r prif gynnwys',
  draftNotice: 'Drafft yw’r cyfieithiad hwn. Nid yw wedi’i wirio eto.',
  errorPrefix: 'Gwall: ',
  problemTitle: 'Mae problem',
  signInTitle: 'Mewngofnodi',
  emailLabel: 'Cyfeiriad e-bost',
  passwordLabel: 'Cyfrinair',
  showPassword: 'Dangos',
  hidePassword: 'Cuddio',
  signInButton: 'Mewngofnodi',
  forgottenPassword: 'Wedi anghofio’ch cyfrinair?',
  noAccount: 'Dim cyfrif eto?',
  signUp: 'Cofrestru',
  enterEmail: 'Rhowch eich cyfeiriad e-bost',
  enterPassword: 'Rhowch eich cyfrinair',
  notRight: 'Nid yw’r cyfeiriad e-bost neu’r cyfrinair yn gywir',
  tooManyTries: 'Rhoddwyd cynnig ar hyn yn rhy aml. Arhoswch {wait}, yna rhowch gynnig arall arni',
  waitSecond: '1 eiliad',
  waitSeconds: '{count} eiliad',
  waitMinute: '1 munud',
  waitMinutes: '{count} munud',
  checkMailTitle: 'Edrychwch yn eich post',
  checkMailText: 'Cyn i chi allu mewngofnodi, agorwch y ddolen yn y neges a anfonwyd i’ch cyfeiriad e-bost. Gall fod gyda’ch post sothach.',
  checkMailNoMailTitle: 'Mae eich cyfrif yn aros am berson',
  checkMailNoMailText:
    'Nid yw’r lle hwn yn anfon e-byst, felly ni allwch ddangos fel hynny mai eich cyfeiriad chi ydyw. Gofynnwch i weinyddwr y lle hwn eich gwarantu. Yna mewngofnodwch.',
  checkMailAgain: 'Anfon y neges eto',
  checkMailSentTitle: 'Rydym wedi anfon y neges eto',
  checkMailSentText: 'Gall gymryd ychydig funudau i gyrraedd. Mae’r ddolen ynddi’n gweithio am un diwrnod.',
  back: 'Yn ôl i fewngofnodi',
  home: 'Mynd i’r dudalen gychwyn',
  timedOutTitle: 'Mae’r dudalen hon wedi dod i ben',
  timedOutText: 'Mewngofnodwch eto o’r dudalen gychwyn.',
  problemPageTitle: 'Aeth rhywbeth o’i le',
  problemPageText: 'Ni newidiwyd dim. Ewch i’r dudalen gychwyn a rhowch gynnig arall arni.',
  problemCode: 'Cod: {code}',
  signOutTitle: 'Ydych chi am allgofnodi?',
  signOutButton: 'Allgofnodi',
  signedOutTitle: 'Rydych wedi allgofnodi',
  languageName: 'Cymraeg',
  demonstration: 'Lle arddangos.',
  demonstrationText: 'Mae’r sefydliadau’n rhai go iawn; mae’r bobl wedi’u dyfeisio.',
  emergencyTitle: 'Mewn argyfwng',
  emergency999: 'Os oes rhywun mewn perygl, ffoniwch 999.',
  emergencyMore: 'Help nawr: pwy i’w ffonio',
}

export const words: Readonly<Record<Language, Words>> = { en, cy }

/** Puts values into the braces of a sentence. */
export const fill = (sentence: string, values: Readonly<Record<string, string | number>>): string =>
  sentence.replaceAll(/\{(\w+)\}/g, (braces, name: string) => String(values[name] ?? braces))

/** How long to wait, rounded up, in words. */
export const waitInWords = (waitMs: number, language: Language): string => {
  const { waitSecond, waitSeconds, waitMinute, waitMinutes } = words[language]
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000))
  const minutes = Math.ceil(seconds / 60)
  if (seconds < 60) return seconds === 1 ? waitSecond : fill(waitSeconds, { count: seconds })
  return minutes === 1 ? waitMinute : fill(waitMinutes, { count: minutes })
}

/** Whether a value names a language that the pages are in. */
export const isLanguage = (value: unknown): value is Language => (languages as readonly unknown[]).includes(value)

/** The language of a page: what the request for sign-in asks for, else the reader's cookie, else English. */
export const languageOf = (uiLocales: unknown, cookieHeader: string | undefined): Language => {
  const asked = typeof uiLocales === 'string' ? uiLocales.split(' ').map((tag) => tag.toLowerCase().split('-')[0]) : []
  const chosen = /(?:^|;\s*)language=([a-z]{2})(?:;|$)/.exec(cookieHeader ?? '')?.[1]
  return [...asked, chosen].find(isLanguage) ?? 'en'
}
