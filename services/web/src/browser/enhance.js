// Everything works without this. It tells of new messages as they come, puts the reader at the list of what to mend, and keeps back the questions that
// only one answer leads to.
const summary = document.querySelector('.govuk-error-summary')
if (summary) {
  summary.tabIndex = -1
  summary.focus()
}

for (const part of document.querySelectorAll('[data-shown-for]')) {
  const [name, answer] = part.dataset.shownFor.split('=')
  const choices = [...document.querySelectorAll(`input[name="${name}"]`)]
  const follow = () => {
    part.hidden = !choices.some(({ checked, value }) => checked && value === answer)
  }
  for (const choice of choices) choice.addEventListener('change', follow)
  // A browser that goes back fills in what was chosen after this has run.
  window.addEventListener('pageshow', follow)
  follow()
}

// What the device has for giving an address to others, beside the address itself and e-mail.
if ('share' in navigator)
  for (const part of document.querySelectorAll('[data-share]')) {
    part.hidden = false
    // Whoever closes it without choosing has not made a mistake.
    part.querySelector('button').addEventListener('click', () => navigator.share({ title: document.title, url: part.dataset.share }).catch(() => undefined))
  }

const badge = document.querySelector('[data-unread-count]')
if (badge && 'EventSource' in window) {
  const number = badge.querySelector('[data-unread-number]')
  const list = document.querySelector('[data-live-list]')
  let stream

  const tell = (unread) => {
    number.textContent = String(unread)
    badge.hidden = unread === 0
  }

  /** The messages page shows what is new by asking for itself again. */
  const refreshList = async () => {
    if (!list) return
    const answer = await fetch(location.pathname + location.search, { headers: { accept: 'text/html' } })
    if (!answer.ok || answer.redirected) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.querySelector('[data-live-list]')
    if (fresh) list.replaceChildren(...fresh.childNodes)
  }

  // A tab that nobody looks at holds no connection: browsers allow six of them to one place.
  const follow = () => {
    if (document.hidden) {
      stream?.close()
      stream = undefined
      return
    }
    if (stream) return
    stream = new EventSource('/live')
    stream.addEventListener('unread', (event) => tell(JSON.parse(event.data).unread))
    stream.addEventListener('message', () => {
      tell(Number(number.textContent) + 1)
      refreshList().catch(() => undefined)
    })
  }
  document.addEventListener('visibilitychange', follow)
  window.addEventListener('pagehide', () => {
    stream?.close()
    stream = undefined
  })
  window.addEventListener('pageshow', follow)
}

// Figures are asked for again when something has changed. What was opened stays open, and the keyboard stays where it was.
const figures = document.querySelector('[data-live-figures]')
if (figures && 'EventSource' in window) {
  let stream

  const refresh = async () => {
    const answer = await fetch(location.pathname + location.search, { headers: { accept: 'text/html' } })
    if (!answer.ok || answer.redirected) return
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-live-figures]')
    if (!fresh || fresh.innerHTML === figures.innerHTML) return
    const opened = new Set([...figures.querySelectorAll('details[open]')].map(({ id }) => id))
    for (const details of fresh.querySelectorAll('details')) details.open = opened.has(details.id)
    const held = figures.contains(document.activeElement) ? document.activeElement : undefined
    const [address, inside] = [held?.getAttribute('href'), held?.closest('figure')?.getAttribute('aria-labelledby')]
    figures.replaceChildren(...fresh.childNodes)
    const figure = inside && figures.querySelector(`figure[aria-labelledby="${inside}"]`)
    const again = address && figure && [...figure.querySelectorAll('a')].find((link) => link.getAttribute('href') === address)
    const sameId = held?.id && document.getElementById(held.id)
    if (again || sameId) (again || sameId).focus({ preventScroll: true })
    else if (held && figure) figure.querySelector('summary')?.focus({ preventScroll: true })
  }

  // The page says that it follows only while it does.
  const say = (isLive) => {
    for (const note of document.querySelectorAll('[data-live-note]')) note.hidden = !isLive
    for (const note of document.querySelectorAll('[data-still-note]')) note.hidden = isLive
  }

  const follow = () => {
    if (document.hidden) {
      stream?.close()
      stream = undefined
      return
    }
    if (stream) return
    stream = new EventSource(figures.dataset.liveFigures || '/dashboard/changes')
    stream.addEventListener('changed', () => refresh().catch(() => undefined))
    stream.addEventListener('open', () => say(true))
    stream.addEventListener('error', () => say(false))
  }
  document.addEventListener('visibilitychange', follow)
  window.addEventListener('pagehide', () => {
    stream?.close()
    stream = undefined
  })
  window.addEventListener('pageshow', follow)
}
