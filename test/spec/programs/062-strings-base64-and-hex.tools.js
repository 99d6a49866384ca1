const text = echo('Hello, wörld ✓');
const bytes = new TextEncoder().encode(text);
const hex = Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('');
const b64 = btoa(String.fromCharCode(...bytes));
const decoded = new TextDecoder().decode(Uint8Array.from(atob(echo(b64)), c => c.charCodeAt(0)));
({ length: bytes.length, hex, b64, decoded });
