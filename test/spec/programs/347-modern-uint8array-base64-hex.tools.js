const bytes = Uint8Array.from(echo([72, 105, 33]));
[bytes.toBase64(), bytes.toHex(), [...Uint8Array.fromBase64(echo('AQID'))], Uint8Array.fromHex('ff00').at(0)];
