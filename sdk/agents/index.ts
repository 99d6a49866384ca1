/** `latchd/agents`: language models that solve tasks with tools. */

export { Agent } from './agent.ts'
export type { AgentToolOptions, TaskInput } from './agent-as-tool.ts'
export type { ActionStarted, AgentEvent, AgentResult, RunUsage } from './agent-event.ts'
export type { AgentOptions, RunOptions } from './agent-options.ts'
export { CodeAgent, type CodeAgentOptions } from './code-agent.ts'
export type { FinalAnswerCheck } from './final-answer-checks.ts'
export { AgentMemory, type SavedMemory } from './memory.ts'
export type {
  Model,
  ModelCallOptions,
  ModelDelta,
  ModelMessage,
  ModelReply,
  ModelRequest,
  ModelTool,
  ModelToolCall,
  TokenUsage,
} from './model.ts'
export { type OpenAIClient, OpenAIModel, type OpenAIModelOptions } from './openai-model.ts'
export { type RateLimit, rateLimited } from './rate-limited.ts'
export type {
  ActionStep,
  AgentStep,
  AnsweredCall,
  EmptyStep,
  ForcedAnswerStep,
  PlanningStep,
  ProgramStep,
  TaskStep,
  ToolCallsStep,
} from './step.ts'
export { ToolCallingAgent, type ToolCallingAgentOptions } from './tool-calling-agent.ts'
