/** Mail that ended here instead of leaving, newest kept. */
export type SunkMail = { to: string; subject: string; text: string; at: string }

export type MailSink = {
  put(mail: SunkMail): void
  /** Newest first; `after` is where the page before ended. */
  list(options: { limit: number; after?: string }): { items: SunkMail[]; after?: string }
}

/** Mails kept; older ones make room. */
const mailsMax = 500

/** Where mail for demonstration people ends: in memory, gone with the process. An administrator can read it. */
export const createMailSink = (): MailSink => {
  let next = 1
  let mails: { number: number; mail: SunkMail }[] = []
  return {
    put: (mail) => {
      mails = [{ number: next, mail }, ...mails].slice(0, mailsMax)
      next += 1
    },
    list: ({ limit, after }) => {
      const below = after === undefined ? next : Number(after)
      const left = mails.filter(({ number }) => number < below)
      const page = left.slice(0, limit)
      const last = page.at(-1)
      return { items: page.map(({ mail }) => mail), ...(last !== undefined && left.length > limit ? { after: String(last.number) } : {}) }
    },
  }
}
