/** URL of the module that makes an instance of the engine. */
export const loaderUrl: string
/** URL of the engine's WebAssembly. */
export const wasmUrl: string
/** URL of the zipped standard library. */
export const stdlibUrl: string
