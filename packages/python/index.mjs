/** Where the files of the engine are: latchd reads these three, and nothing else of the package. */

export const loaderUrl = import.meta.resolve('pyodide/pyodide.asm.mjs')
export const wasmUrl = import.meta.resolve('pyodide/pyodide.asm.wasm')
export const stdlibUrl = import.meta.resolve('pyodide/python_stdlib.zip')
