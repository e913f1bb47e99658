import type { Page } from 'playwright-core'

type Entry = string | readonly string[] | true

/** Fills the page's own form by the names of its fields, as somebody would: text typed, options chosen, boxes ticked. */
export const fill = async (page: Page, entries: Record<string, Entry>): Promise<void> => {
  for (const [name, entry] of Object.entries(entries)) {
    const fields = page.locator(`main [name="${name}"]`)
    const kind = await fields.first().evaluate((element) => `${element.tagName.toLowerCase()} ${element.getAttribute('type') ?? ''}`.trim())
    if (kind === 'select') await fields.first().selectOption(entry as string)
    else if (kind.includes('radio') || kind.includes('checkbox')) for (const value of entry === true ? ['yes'] : [entry].flat()) await tick(page, name, value)
    else await fields.first().fill(entry as string)
  }
}

// The box itself is drawn by its label, which is what people press.
const tick = async (page: Page, name: string, value: string): Promise<void> => {
  const box = page.locator(`main [name="${name}"][value="${value}"]`)
  if (!(await box.isChecked())) await page.locator(`label[for="${await box.getAttribute('id')}"]`).click()
}

/** Sends the form that stands in the page: the one with this field, or whose address ends so. Waits for the page that follows. */
export const send = async (page: Page, form: { with?: string; to?: string } = {}): Promise<void> => {
  const found = form.to
    ? page.locator(`main form[action$="${form.to}"]`)
    : form.with
      ? page.locator(`main form:has([name="${form.with}"])`)
      : page.locator('main form[method=post]')
  const button = found.first().locator('button, input[type=submit]').last()
  await Promise.all([page.waitForLoadState('load'), button.click()])
  await page.waitForLoadState('load')
}

/** The words of the page's main part, as they can be read. */
// biome-ignore lint/performance/useDomNodeTextContent: what is hidden is read by nobody
export const words = (page: Page): Promise<string> => page.locator('main').innerText()

/** Loads the page again until its main part has these words: what others do arrives by and by. */
export const untilItSays = async (page: Page, expected: string | RegExp, limitMs = 60_000): Promise<void> => {
  const end = Date.now() + limitMs
  for (;;) {
    const said = await words(page)
    if (typeof expected === 'string' ? said.includes(expected) : expected.test(said)) return
    if (Date.now() > end) throw new Error(`The page ${page.url()} never said ${expected}, but:\n${said}`)
    await page.waitForTimeout(200)
    await page.reload()
  }
}
