"""The words for what can be wrong with a personal signature, in English and bokmål; nothing of it is quoted."""

from hub.message import Fault

_PATH = "/MsgHead/Signature"


def misplaced(line: int) -> Fault:
    """A signature where no receiver looks for it, or more than one."""
    return Fault(
        "S01",
        "A personal signature must stand once, as the last child of MsgHead",
        "En personlig signatur skal stå én gang, som siste barn av MsgHead",
        _PATH,
        line,
    )


def not_the_whole(line: int) -> Fault:
    """A signature over something else than the message that is read."""
    return Fault(
        "S01",
        "The signature must cover the whole message: one Reference with URI=“”, with the transform "
        "enveloped-signature first and one canonicalization after it at most",
        "Signaturen skal gjelde hele meldingen: én Reference med URI=«», med transformen enveloped-signature først "
        "og høyst én kanonisering etter den",
        f"{_PATH}/SignedInfo/Reference",
        line,
    )


def incomplete(line: int) -> Fault:
    """A signature that lacks a part, or has one too many."""
    return Fault(
        "S01",
        "The signature is not complete; it needs SignedInfo with one Reference, SignatureValue and KeyInfo, once each",
        "Signaturen er ikke komplett; den skal ha SignedInfo med én Reference, SignatureValue og KeyInfo, én gang hver",
        _PATH,
        line,
    )


def wrong(line: int) -> Fault:
    """What was signed is not what came, or not by this key."""
    return Fault(
        "S01",
        "The signature does not fit the message: it was changed after it was signed, or signed with another key than "
        "the certificate's",
        "Signaturen stemmer ikke med meldingen: den er endret etter signering, eller signert med en annen nøkkel enn "
        "sertifikatets",
        _PATH,
        line,
    )


def weak(line: int) -> Fault:
    """An algorithm or a key that proves nothing any more, or is not known."""
    return Fault(
        "S99",
        "The signature uses an algorithm or a key that is not accepted; use RSA of 2048 bits or more, or ECDSA, with "
        "SHA-256, SHA-384 or SHA-512, and Canonical XML 1.0, 1.1 or exclusive",
        "Signaturen bruker en algoritme eller nøkkel som ikke godtas; bruk RSA på minst 2048 bit eller ECDSA, med "
        "SHA-256, SHA-384 eller SHA-512, og Canonical XML 1.0, 1.1 eller exclusive",
        f"{_PATH}/SignedInfo",
        line,
    )


def no_certificate(line: int) -> Fault:
    """Nothing that says who signed."""
    return Fault(
        "S02",
        "The signer's certificate is missing or cannot be read; send it in KeyInfo/X509Data/X509Certificate",
        "Sertifikatet til den som signerte, mangler eller kan ikke leses; send det i KeyInfo/X509Data/X509Certificate",
        f"{_PATH}/KeyInfo",
        line,
    )


def expired(line: int) -> Fault:
    """Signed before the certificate's time, or after it."""
    return Fault(
        "S02",
        "The signer's certificate was not valid when the message was made (GenDate)",
        "Sertifikatet til den som signerte, var ikke gyldig da meldingen ble laget (GenDate)",
        f"{_PATH}/KeyInfo",
        line,
    )


def wrong_use(line: int) -> Fault:
    """A certificate for something else than signing."""
    return Fault(
        "S02",
        "The signer's certificate is not for signing: key usage must be digitalSignature or nonRepudiation, and it "
        "must not be an authority's",
        "Sertifikatet til den som signerte, er ikke til signering: nøkkelbruk skal være digitalSignature eller "
        "nonRepudiation, og det kan ikke være en utsteders",
        f"{_PATH}/KeyInfo",
        line,
    )


def untrusted(line: int) -> Fault:
    """A certificate of nobody whom the site trusts."""
    return Fault(
        "S02",
        "The signer's certificate does not come from an authority that is trusted here, or the chain to it is broken",
        "Sertifikatet til den som signerte, kommer ikke fra en utsteder som er godtatt her, eller kjeden dit er brutt",
        f"{_PATH}/KeyInfo",
        line,
    )


def revoked(line: int) -> Fault:
    """A certificate that its authority has taken back."""
    return Fault(
        "S03",
        "The signer's certificate, or one that stands behind it, is revoked",
        "Sertifikatet til den som signerte, eller et det bygger på, er trukket tilbake",
        f"{_PATH}/KeyInfo",
        line,
    )
