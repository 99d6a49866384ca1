/**
 * Every setting of latchd: one row each, from which the type `Config`, the reading of flags,
 * environment and file, the command's help and `latchd config` come.
 */

import { type IsolationLevel, isolationLevels } from '../../protocol/execution/isolation.ts'
import type { TokenSetting } from '../auth/tokens.ts'
import type { PolicyRule } from '../auth/tool-policy.ts'
import type { HttpToolSetting, OpenApiSetting } from '../http-tools/setting.ts'
import { type LogLevel, logLevels } from '../log/log-level.ts'
import type { McpServerSetting } from '../mcp/client/server-setting.ts'
import { type Allowed, allowed } from './allowed.ts'
import { hostPatterns } from './host-patterns.ts'
import { httpToolList } from './http-tools.ts'
import { mcpServerList } from './mcp-servers.ts'
import { openApiList } from './openapi.ts'
import { hostNames, originList, proxyList } from './reached-by.ts'
import { type Retention, retention } from './retention.ts'
import { tokenList } from './token-list.ts'
import { toolPolicyRules } from './tool-policy.ts'
import {
  anyText,
  bucketUrl,
  daemonUrl,
  databaseUrlSchema,
  filePath,
  filePaths,
  hostName,
  httpUrl,
  oneOf,
  secretText,
  signingSecretSchema,
  type ValueKind,
  webhookUrl,
  wholeNumber,
} from './value-kind.ts'

/** One row. Its key in the table is its key in the configuration file. */
export interface Setting<Value> {
  /** The environment variable. */
  readonly env: string
  /** The flag with its argument; absent for secrets, since every user of a machine sees flags. */
  readonly flag?: string
  readonly kind: ValueKind<NonNullable<Value>>
  /** The value without a flag, variable or file: a value, or a function of the number of cores. */
  readonly default: Value | ((cores: number) => Value)
  /** A variable of other programs that is read before the default. */
  readonly fallbackEnv?: string
  /** An empty variable is a value, allowed or not; for all others it counts as unset. */
  readonly isEmptyValue?: true
  /** The flag may be repeated, although nothing is not an empty list. */
  readonly isRepeatable?: true
  readonly description: string
}

function setting<Value>(row: Setting<Value>): Setting<Value> {
  return row
}

/** Whether there is a console. */
const consoleSwitches = ['on', 'off'] as const
type ConsoleSwitch = (typeof consoleSwitches)[number]

/** A day: no operator waits longer for a daemon to stop. */
const MAX_DRAIN_MS = 86_400_000

/** All settings, by their key in the configuration file. */
export const settings = {
  host: setting<string>({
    env: 'LATCHD_HOST',
    flag: '--host <address>',
    kind: hostName,
    default: '127.0.0.1',
    description: 'address to listen on',
  }),
  port: setting<number>({
    env: 'LATCHD_PORT',
    flag: '--port <number>',
    kind: wholeNumber(0, 65_535),
    default: 7070,
    description: 'port to listen on, 0 for any free one',
  }),
  socket: setting<string | undefined>({
    env: 'LATCHD_SOCKET',
    flag: '--socket <path>',
    kind: filePath,
    default: undefined,
    description: 'also listen on this Unix socket',
  }),
  stateDir: setting<string>({
    env: 'LATCHD_STATE_DIR',
    flag: '--state-dir <path>',
    kind: filePath,
    default: '.latchd',
    fallbackEnv: 'STATE_DIRECTORY',
    description: 'folder for what outlives the daemon, made for its owner alone',
  }),
  databaseUrl: setting<string | undefined>({
    env: 'LATCHD_DATABASE_URL',
    kind: secretText('a postgres:// URL', databaseUrlSchema),
    default: undefined,
    description: 'PostgreSQL database that several daemons share; unset: a file of this one',
  }),
  filesUrl: setting<string | undefined>({
    env: 'LATCHD_FILES_URL',
    flag: '--files-url <url>',
    kind: bucketUrl,
    default: undefined,
    description: 'bucket for the contents of files, of daemons that share a database',
  }),
  nodeName: setting<string | undefined>({
    env: 'LATCHD_NODE_NAME',
    flag: '--node-name <name>',
    kind: hostName,
    default: undefined,
    description: "the daemon's name among those that share a database; when unset host and process",
  }),
  advertiseUrl: setting<string | undefined>({
    env: 'LATCHD_ADVERTISE_URL',
    flag: '--advertise-url <url>',
    kind: httpUrl,
    default: undefined,
    description: 'where the others find this daemon, of those that share a database',
  }),
  peerHost: setting<string>({
    env: 'LATCHD_PEER_HOST',
    flag: '--peer-host <address>',
    kind: hostName,
    default: '127.0.0.1',
    description: 'address that the others of one database connect to, and nobody else',
  }),
  peerPort: setting<number>({
    env: 'LATCHD_PEER_PORT',
    flag: '--peer-port <number>',
    kind: wholeNumber(0, 65_535),
    default: 0,
    description: 'port for the others of one database, 0 for any free one',
  }),
  tokens: setting<readonly TokenSetting[]>({
    env: 'LATCHD_TOKENS',
    kind: tokenList,
    default: [],
    // A secret that was never filled in must not open the daemon to all clients.
    isEmptyValue: true,
    description: 'bearer tokens, each name:secret[:scope+scope]',
  }),
  hosts: setting<readonly string[]>({
    env: 'LATCHD_HOSTS',
    flag: '--hosts <names>',
    kind: hostNames,
    default: [],
    description: "host names that are answered to besides the daemon's own",
  }),
  origins: setting<readonly string[]>({
    env: 'LATCHD_ORIGINS',
    flag: '--origins <origins>',
    kind: originList,
    default: [],
    description: 'origins of web pages that may speak to the daemon, such as https://app.example',
  }),
  trustedProxies: setting<readonly string[]>({
    env: 'LATCHD_TRUSTED_PROXIES',
    flag: '--trusted-proxies <addresses>',
    kind: proxyList,
    default: [],
    description: 'proxies whose X-Forwarded-* and Forwarded headers count; unix for the socket',
  }),
  tools: setting<readonly string[]>({
    env: 'LATCHD_TOOLS',
    flag: '--tools <paths>',
    kind: filePaths,
    default: [],
    description: 'modules of tools (.ts, .mjs, .js)',
  }),
  mcpServers: setting<readonly McpServerSetting[]>({
    env: 'LATCHD_MCP_SERVERS',
    kind: mcpServerList,
    default: [],
    description: 'servers of the Model Context Protocol whose tools programs call, by name; JSON',
  }),
  httpTools: setting<readonly HttpToolSetting[]>({
    env: 'LATCHD_HTTP_TOOLS',
    kind: httpToolList,
    default: [],
    description: 'HTTP requests that programs call as tools, by name; JSON',
  }),
  openapi: setting<readonly OpenApiSetting[]>({
    env: 'LATCHD_OPENAPI',
    kind: openApiList,
    default: [],
    description: 'OpenAPI documents whose operations programs call, by name; JSON',
  }),
  policy: setting<readonly PolicyRule[]>({
    env: 'LATCHD_POLICY',
    kind: toolPolicyRules,
    default: [],
    description: 'rules that allow, ask about or deny calls of tools; JSON',
  }),
  allow: setting<Allowed | undefined>({
    env: 'LATCHD_ALLOW',
    flag: '--allow <list>',
    kind: allowed,
    default: undefined,
    // An operator who has emptied the list wants nothing allowed, and not everything.
    isEmptyValue: true,
    isRepeatable: true,
    description:
      "puts the daemon under Node's permissions, with read:PATH, write:PATH and child for tools, or none",
  }),
  fetchAllow: setting<readonly string[]>({
    env: 'LATCHD_FETCH_ALLOW',
    flag: '--fetch-allow <hosts>',
    kind: hostPatterns,
    default: [],
    description: 'hosts that fetch_url may reach, * for any public one; none: no such tool',
  }),
  workers: setting<number>({
    env: 'LATCHD_WORKERS',
    flag: '--workers <number>',
    // Each costs about 8 MB, so the bound is where a machine's memory is.
    kind: wholeNumber(1, 1024),
    default: cores => 2 * cores,
    description: 'worker threads',
  }),
  recycleWorkers: setting<number>({
    env: 'LATCHD_RECYCLE_WORKERS',
    flag: '--recycle-workers <number>',
    kind: wholeNumber(0, 1_000_000),
    // A new thread costs 0.12 s (measured), so 0.12 ms for each change.
    default: 1000,
    description: 'how often a worker thread goes from one caller to another; 0: never',
  }),
  isolation: setting<IsolationLevel>({
    env: 'LATCHD_ISOLATION',
    flag: '--isolation <level>',
    kind: oneOf(isolationLevels),
    default: 'thread',
    description: 'where programs run: threads of the daemon, or a process that may only read code',
  }),
  drainMs: setting<number>({
    env: 'LATCHD_DRAIN_MS',
    flag: '--drain-ms <ms>',
    kind: wholeNumber(0, MAX_DRAIN_MS),
    default: 10_000,
    description: 'how long running executions may go on when the daemon stops',
  }),
  reconnectMs: setting<number>({
    env: 'LATCHD_RECONNECT_MS',
    flag: '--reconnect-ms <ms>',
    kind: wholeNumber(0, MAX_DRAIN_MS),
    default: 30_000,
    description:
      'how long calls of an execution that is not durable wait for a client that is away',
  }),
  maxQueue: setting<number>({
    env: 'LATCHD_MAX_QUEUE',
    flag: '--max-queue <number>',
    kind: wholeNumber(0, 1_000_000),
    default: 1000,
    description: 'executions that may wait for a worker',
  }),
  retention: setting<Retention>({
    env: 'LATCHD_RETENTION',
    flag: '--retention <time>',
    kind: retention,
    default: { keepMs: 7 * 86_400_000, maxBytes: undefined },
    description: 'how long ended executions and unused sessions stay; a byte bound may follow',
  }),
  webhookUrl: setting<string | undefined>({
    env: 'LATCHD_WEBHOOK_URL',
    flag: '--webhook-url <url>',
    kind: webhookUrl,
    default: undefined,
    description: 'where approvals and ends of executions are posted that name no webhook',
  }),
  webhookSecret: setting<string | undefined>({
    env: 'LATCHD_WEBHOOK_SECRET',
    kind: secretText(
      'whsec_ and base64 of at least 24 bytes, or any other text',
      signingSecretSchema,
    ),
    default: undefined,
    description: 'what webhooks are signed with; webhook-secret in the state folder when unset',
  }),
  webhookAllow: setting<readonly string[]>({
    env: 'LATCHD_WEBHOOK_ALLOW',
    flag: '--webhook-allow <hosts>',
    kind: hostPatterns,
    default: [],
    description: 'hosts with addresses that are not public which callers may name as webhooks',
  }),
  console: setting<ConsoleSwitch>({
    env: 'LATCHD_CONSOLE',
    flag: '--console <switch>',
    kind: oneOf(consoleSwitches),
    default: 'on',
    description: 'the console in the browser, at the root of the address',
  }),
  logLevel: setting<LogLevel>({
    env: 'LATCHD_LOG_LEVEL',
    flag: '--log-level <level>',
    kind: oneOf(logLevels),
    default: 'info',
    description: "how much the daemon's log tells",
  }),
  model: setting<string | undefined>({
    env: 'LATCHD_MODEL',
    flag: '--model <name>',
    kind: anyText('the name of a model'),
    default: undefined,
    description: 'model that ask_model asks; none: no such tool',
  }),
  modelBaseUrl: setting<string | undefined>({
    env: 'LATCHD_MODEL_BASE_URL',
    flag: '--model-base-url <url>',
    kind: httpUrl,
    default: undefined,
    fallbackEnv: 'OPENAI_BASE_URL',
    description: "OpenAI-compatible service of the model; OpenAI's own when unset",
  }),
  modelApiKey: setting<string | undefined>({
    env: 'LATCHD_MODEL_API_KEY',
    kind: secretText('a key'),
    default: undefined,
    fallbackEnv: 'OPENAI_API_KEY',
    description: 'key for the service of the model',
  }),
  url: setting<string>({
    env: 'LATCHD_URL',
    flag: '--url <url>',
    kind: daemonUrl,
    default: 'http://127.0.0.1:7070',
    description: 'daemon that client commands talk to, unix:/path for its socket',
  }),
  token: setting<string | undefined>({
    env: 'LATCHD_TOKEN',
    kind: secretText('a token'),
    default: undefined,
    description: 'bearer token that client commands send',
  }),
} as const

/** The key of a setting. */
export type SettingKey = keyof typeof settings
type ValueOf<Row> = Row extends Setting<infer Value> ? Value : never

/** The configuration: a value for every setting. */
export type Config = { readonly [Key in SettingKey]: ValueOf<(typeof settings)[Key]> }

/** All keys, in the order of {@link settings}. */
export const settingKeys = Object.keys(settings) as readonly SettingKey[]

/** The row of a key, whatever the type of its value. */
export function settingOf(key: SettingKey): Setting<unknown> {
  return settings[key] as Setting<unknown>
}

/** The variable that names the configuration file. */
export const CONFIG_FILE_ENV = 'LATCHD_CONFIG'
