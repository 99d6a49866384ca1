/** `latchd`: the client of a daemon. */

export type { Approval, ApprovalStatus, Decision } from '../protocol/approval.ts'
export type { ErrorCode } from '../protocol/errors.ts'
export { LatchdError } from '../protocol/errors.ts'
export type { ExecutionEvent } from '../protocol/execution/events.ts'
export type {
  Execution,
  ExecutionError,
  ExecutionSource,
  ExecutionStatus,
  RequestedLimits,
} from '../protocol/execution/execution.ts'
export type {
  Approvals,
  ApprovalsQuery,
  CompletedOutcome,
  DecisionOptions,
  ExecuteRequest,
  Executor,
  OnApproval,
  Outcome,
  RunResult,
  SessionHandle,
  Sessions,
  ToolLike,
  ToolSet,
  WaitOptions,
  WholeRequest,
} from '../protocol/execution/executor.ts'
export type { Session } from '../protocol/execution/session.ts'
export type { LimitName, Limits } from '../protocol/limits.ts'
export type { ToolContext, ToolDefinition, ToolDescriptor } from '../protocol/tool/wire-tool.ts'
export type { ServedTools } from './client-tools/served-tools.ts'
export type { AiTool } from './code-tool/ai-sdk.ts'
export { codeTool } from './code-tool/code-tool.ts'
export type { CodeTool, CodeToolOptions } from './code-tool/code-tool-types.ts'
export type { ExecAnswer, ExecCall, ExecItem } from './code-tool/exec-shapes.ts'
export type { ExecTool, ExecToolOptions } from './code-tool/exec-types.ts'
export type { CodeToolInput } from './code-tool/input.ts'
export type { ChatTool, FunctionCall, ResponsesTool } from './code-tool/openai.ts'
export type { CloseOptions } from './code-tool/own-programs.ts'
export type { AskedApproval, CodeToolResult } from './code-tool/result.ts'
export type { DaemonNode, DaemonNodes } from './daemon-nodes.ts'
export { Latchd } from './latchd.ts'
export type { DaemonInfo, ExecutionPage, LatchdOptions, ListOptions } from './latchd-options.ts'
export { tool } from './tool.ts'
