/** The tools that the configuration asks for. */

import { normalizeTool } from '../../protocol/tool/normalize.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { Config } from '../config/config.ts'
import type { AllowList } from '../outbound/allow-list.ts'
import { denialText } from '../permissions/denial.ts'
import type { LoadOptions } from './load-modules.ts'
import { nameDenials } from './name-denials.ts'

/** Options of the loading of tools, besides the configuration. */
export interface ConfiguredToolsOptions extends Pick<LoadOptions, 'onSecrets' | 'onWarning'> {
  /** The hosts of `fetch_url` where they may change; the configured ones when absent. */
  readonly allowed?: AllowList | undefined
}

/**
 * Loads the configured tools; unused modules are not imported.
 *
 * @throws {LatchdError} `TOOL_INVALID`
 */
export async function configuredTools(
  config: Config,
  { allowed, onSecrets, onWarning }: ConfiguredToolsOptions = {},
): Promise<Tool[]> {
  const { tools: paths, fetchAllow, model, modelBaseUrl, modelApiKey } = config
  const tools: Tool[] = []
  if (fetchAllow.length > 0) {
    const { fetchUrlTool } = await import('./fetch-url.ts')
    tools.push(normalizeTool(fetchUrlTool(allowed ?? fetchAllow)))
  }
  if (model !== undefined) {
    const { askModelTool } = await import('./ask-model.ts')
    tools.push(normalizeTool(askModelTool({ model, baseURL: modelBaseUrl, apiKey: modelApiKey })))
  }
  if (paths.length > 0) {
    const { loadToolModules } = await import('./load-modules.ts')
    // The paths are absolute, so the working folder does not matter.
    const isUnderPermissions = config.allow !== undefined
    const explain = isUnderPermissions ? denialText : undefined
    const loaded = await loadToolModules(paths, '/', { onSecrets, onWarning, explain })
    tools.push(...(isUnderPermissions ? loaded.map(nameDenials) : loaded))
  }
  return tools
}
