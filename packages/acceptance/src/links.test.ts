import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const notOurs = new Set(['node_modules', '.git', '.turbo', '.cache', 'data'])

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : filesIn(join(folder, entry.name), ending)
    return entry.name.endsWith(ending) ? [join(folder, entry.name)] : []
  })

// What stands in code is an example, not a link.
const linksOf = (page: string): string[] =>
  [
    ...readFileSync(page, 'utf8')
      .replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, target]) => target as string)
const isElsewhere = (target: string): boolean => /^[a-z]+:/i.test(target)

const anchorsOf = (page: string): Set<string> =>
  new Set(
    [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      (heading as string)
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )

/** Why a link of a page leads nowhere; undefined when it leads somewhere. */
const faultOf = (page: string, target: string): string | undefined => {
  const [path, anchor] = target.split('#')
  const file = path ? resolve(dirname(page), path) : page
  const isThere = existsSync(file) && (anchor === undefined || !file.endsWith('.md') || anchorsOf(file).has(anchor))
  return isThere ? undefined : `${relative(root, page)} → ${target}`
}

const pages = filesIn(root, '.md')

describe('the documentation', () => {
  test('leads only to what is there', () => {
    expect(pages.length).toBeGreaterThan(10)
    expect(pages.flatMap((page) => linksOf(page).flatMap((target) => (isElsewhere(target) ? [] : (faultOf(page, target) ?? []))))).toEqual([])
  })

  test('shows every picture that is kept', () => {
    const shown = new Set(pages.flatMap((page) => linksOf(page).map((target) => resolve(dirname(page), target))))
    expect(
      filesIn(join(root, 'docs/pictures'), '.png')
        .filter((picture) => !shown.has(picture))
        .map((picture) => relative(root, picture)),
    ).toEqual([])
  })
})
