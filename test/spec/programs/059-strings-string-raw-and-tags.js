const tag = (parts, ...args) => ({ raw: parts.raw, cooked: [...parts], args });
const path = String.raw`C:\new\t${'x'}`;
({ path, tagged: tag`a\n${1}b${2}\u0041` });
