/** The links of the README and of the guides: each leads somewhere, also in the package. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import t from 'tap'

const root = resolve(import.meta.dirname, '../..')
const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  files: readonly string[]
}

const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter(page => !page.startsWith('test/') && existsSync(join(root, page)))

/** Without its code, in which brackets are no links. */
function proseOf(page: string): string {
  const text = readFileSync(join(root, page), 'utf8')
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '')
}

/** Where its links to this project lead: the page itself for `#…` alone. */
function linksOf(page: string): { path: string; anchor: string | undefined }[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter(link => !/^[a-z]+:/.test(link))
    .map(link => {
      const [path = '', anchor] = link.split('#')
      return {
        path: path === '' ? page : relative(root, resolve(root, dirname(page), path)),
        anchor,
      }
    })
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** npm packs these whatever `files` says. */
const always = ['README.md', 'LICENSE', 'package.json']

const isPacked = (path: string) =>
  [...files, ...always].some(entry => path === entry || path.startsWith(`${entry}/`))

t.test('each link leads to a page, and to a heading where it names one', async t => {
  t.ok(pages.length > 20)
  for (const page of pages) {
    for (const { path, anchor } of linksOf(page)) {
      const exists = existsSync(join(root, path))
      t.ok(exists, `${page}: ${path}`)
      if (!exists || anchor === undefined || !path.endsWith('.md')) continue
      t.ok(anchorsOf(path).includes(anchor), `${page}: ${path}#${anchor}`)
    }
  }
})

t.test('what the pages of the package link to is in the package', async t => {
  for (const page of pages.filter(isPacked)) {
    for (const { path } of linksOf(page)) t.ok(isPacked(path), `${page}: ${path}`)
  }
})

t.test('the README leads to each guide', async t => {
  const linked = new Set(linksOf('README.md').map(({ path }) => path))
  const guides = pages.filter(page => /^docs\/[^/]+\.md$/.test(page))
  t.strictSame(
    guides.filter(guide => !linked.has(guide) && guide !== 'docs/dependencies.md'),
    [],
  )
})
