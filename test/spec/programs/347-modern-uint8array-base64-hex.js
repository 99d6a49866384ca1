const bytes = Uint8Array.from([72, 105, 33]);
[bytes.toBase64(), bytes.toHex(), [...Uint8Array.fromBase64('AQID')], Uint8Array.fromHex('ff00').at(0)];
