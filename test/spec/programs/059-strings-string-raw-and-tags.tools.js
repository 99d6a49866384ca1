const tag = (parts, ...args) => ({ raw: parts.raw, cooked: [...parts], args });
const path = String.raw`C:\new\t${echo('x')}`;
({ path, tagged: tag`a\n${echo(1)}b${add(1, 1)}\u0041` });
