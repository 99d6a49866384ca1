const bytes = new Uint8Array(echo([1, 254, 255, 256, -1]));
const clamped = Uint8ClampedArray.from([300, -5, 1.5, 2.5]);
const floats = new Float32Array([0.1, echo(16777217)]);
const view = new DataView(new ArrayBuffer(8));
view.setInt16(0, -2); view.setUint32(2, 0xdeadbeef, true);
({ bytes: [...bytes], sum: bytes.reduce((a, b) => a + b), clamped, floats: [...floats], raw: new Uint8Array(view.buffer), int: view.getInt16(0, true), sub: bytes.subarray(1, 3).length, hex: Array.from(bytes, b => b.toString(16)).join(' ') });
