/** Where a module stood, for modules that find files beside themselves. */

import { dirname, relative, sep } from 'node:path'
import type { Plugin } from 'rolldown'

const URL_MARK = '__url_of_module__'
const FOLDER_MARK = '__folder_of_module__'
const FILE_MARK = '__file_of_module__'

/**
 * Gives each module of ours the URL that it has in `dist/` when it is not bundled: a thread, a
 * snapshot's sources and package.json are then found as ever, from whichever file its code is in.
 *
 * @param root the folder that `dist/` mirrors
 */
export function places(root: string): Plugin {
  return {
    name: 'places',
    transform(code, id) {
      if (!id.startsWith(root + sep) || id.includes('node_modules')) return undefined
      if (!code.includes('import.meta.')) return undefined
      const place = JSON.stringify(relative(root, id).replace(/\.ts$/, '.js'))
      const marked = code
        .replaceAll('import.meta.url', `${URL_MARK}(${place})`)
        .replaceAll('import.meta.dirname', `${FOLDER_MARK}(${place})`)
        .replaceAll('import.meta.filename', `${FILE_MARK}(${place})`)
      // The lines are the same, which is all that a stack trace needs.
      return { code: marked, map: null }
    },
    renderChunk(code, chunk) {
      const from = dirname(chunk.fileName)
      const url = (place: string) =>
        `new URL(${JSON.stringify(relativeTo(from, place))}, import.meta.url)`
      const path = (place: string) =>
        `process.getBuiltinModule('node:url').fileURLToPath(${url(place)})`
      const placed = code
        .replace(calls(URL_MARK), (_, place) => `${url(place)}.href`)
        .replace(calls(FOLDER_MARK), (_, place) => path(dirname(place)))
        .replace(calls(FILE_MARK), (_, place) => path(place))
      return { code: placed, map: null }
    },
  }
}

const calls = (mark: string) => new RegExp(`${mark}\\("([^"]+)"\\)`, 'g')

function relativeTo(folder: string, place: string): string {
  const path = relative(folder, place).replaceAll(sep, '/')
  return path.startsWith('.') ? path : `./${path}`
}
