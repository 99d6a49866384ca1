/** The tools that the configuration asks for, for an executor in this process. */

import type { ToolLike } from '../../protocol/executor.ts'
import type { Config } from '../config/config.ts'

/** Loads them; what nobody asks for is not even imported. @throws {LatchdError} `TOOL_INVALID` */
export async function configuredTools(config: Config): Promise<ToolLike[]> {
  const { tools: paths, fetchAllow, model, modelBaseUrl, modelApiKey } = config
  const tools: ToolLike[] = []
  if (fetchAllow.length > 0) {
    const { fetchUrlTool } = await import('../tools/fetch-url.ts')
    tools.push(fetchUrlTool(fetchAllow))
  }
  if (model !== undefined) {
    const { askModelTool } = await import('../tools/ask-model.ts')
    tools.push(askModelTool({ model, baseURL: modelBaseUrl, apiKey: modelApiKey }))
  }
  if (paths.length > 0) {
    const { loadToolModules } = await import('../tools/load-modules.ts')
    // The paths are absolute: the folder that it asks for does not matter.
    tools.push(...(await loadToolModules(paths, '/')))
  }
  return tools
}
