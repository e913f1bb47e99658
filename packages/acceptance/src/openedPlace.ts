import type { Browser, Page } from 'playwright-core'
import { openBrowser, openWindow, type Setting, signIn } from './browser.ts'
import { type Mailbox, openMailbox } from './mailbox.ts'
import { StartedPlace, type StartOptions } from './startedPlace.ts'

/** A place and a browser for all the tests of a file. What is asked of it before they are open throws. */
export type OpenedPlace = {
  readonly place: StartedPlace
  /** The mail that the place sent, where it was opened with mail. */
  readonly mailbox: Mailbox
  /** A window of somebody's own, signed in to nothing. */
  window(setting?: Setting): Promise<Page>
  /** The window of a person of the demonstration, signed in. */
  windowOf(name: string, setting?: Setting): Promise<Page>
}

/** Opens a place in a process of its own and a browser before the first test of a file, and removes both after the last. `mail`: it can send mail. */
export const openedPlace = ({ mail = false, empty = false }: Pick<StartOptions, 'empty'> & { mail?: boolean } = {}): OpenedPlace => {
  let mailbox: Mailbox | undefined
  let place: StartedPlace | undefined
  let browser: Browser | undefined
  beforeAll(async () => {
    if (mail) mailbox = await openMailbox()
    const environment = mailbox ? { SMTP_URL: mailbox.url, MAIL_FROM: 'Patchwork <patchwork@trafford.uk>' } : {}
    place = await StartedPlace.open({ empty, environment })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await place?.remove()
    await mailbox?.stop()
  })
  const opened = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error('It is opened before the first test, and mail only where it was asked for')
    return part
  }
  const window = async (setting?: Setting): Promise<Page> => (await openWindow(opened(browser), opened(place).url, setting)).page
  return {
    get place() {
      return opened(place)
    },
    get mailbox() {
      return opened(mailbox)
    },
    window,
    windowOf: async (name, setting) => {
      const page = await window(setting)
      await signIn(page, opened(place).account(name))
      return page
    },
  }
}
