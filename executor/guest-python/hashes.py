"""What `hashlib` has of OpenSSL only: here in Python."""

import hashlib
import hmac


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    """`hashlib.pbkdf2_hmac`: RFC 8018, 5.2."""
    if iterations < 1:
        raise ValueError("iteration value must be greater than 0.")
    if dklen is not None and dklen < 1:
        raise ValueError("key length must be greater than 0.")
    keyed = hmac.new(bytes(password), digestmod=hash_name)

    def digest(message):
        one = keyed.copy()
        one.update(message)
        return one.digest()

    wanted = keyed.digest_size if dklen is None else dklen
    key = b""
    while len(key) < wanted:
        number = len(key) // keyed.digest_size + 1
        block = digest(bytes(salt) + number.to_bytes(4))
        total = int.from_bytes(block)
        for _ in range(iterations - 1):
            block = digest(block)
            total ^= int.from_bytes(block)
        key += total.to_bytes(keyed.digest_size)
    return key[:wanted]


def install():
    """Puts them where programs look for them."""
    if not hasattr(hashlib, "pbkdf2_hmac"):
        hashlib.pbkdf2_hmac = pbkdf2_hmac
