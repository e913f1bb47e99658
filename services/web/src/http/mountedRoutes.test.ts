import { pages } from '../pages/index.ts'
import { startTestPlace } from '../testPlace.ts'

/** What is mounted beside the table of pages, and why anyone may ask for it. */
const besideThePages: Record<string, string> = {
  'GET /livez': 'whether the process lives; it says nothing else',
  'GET /readyz': 'whether it can work; it says nothing else',
  'GET /favicon.ico': 'leads to the mark, a file for everyone',
  'GET /robots.txt': 'a file for everyone',
  'GET /dashboard/changes': 'says that some figure changed, and not which, as the page shows everyone',
  'GET /operations/changes': 'is for administrators only, and says that something changed and not what',
  'GET /live': 'refuses by itself who is not signed in, and passes on the caller’s own messages only',
  'GET /sign-in': 'begins a sign-in',
  'GET /signed-in': 'ends the sign-in that this browser began',
  'POST /sign-out': 'ends the caller’s own session; the form must be ours',
}

type Layer = { route?: { path: string; methods: Record<string, boolean> }; handle?: { stack?: Layer[] } }
const routesOf = (stack: readonly Layer[]): string[] =>
  stack.flatMap(({ route, handle }) =>
    route ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`) : routesOf(handle?.stack ?? []),
  )

test('every route that is mounted is a page, which says whom it is for, or stands in a list with its reason', async () => {
  const place = await startTestPlace()
  const mounted = place.mounts.flatMap(({ app }) => routesOf((app as unknown as { router: { stack: Layer[] } }).router.stack))
  await place.stop()
  const ofPages = pages.flatMap(({ path, save }) => [`GET ${path}`, ...(save ? [`POST ${path}`] : [])])
  expect(mounted.filter((route) => !ofPages.includes(route)).sort()).toEqual(Object.keys(besideThePages).sort())
  for (const route of ofPages) expect(mounted).toContain(route)
  for (const page of pages) expect([page.name, page.for === 'anyone' || page.for === 'everyone' || Array.isArray(page.for)]).toEqual([page.name, true])
})
