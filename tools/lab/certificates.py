"""Keys, certificates and revocation lists, made on the spot with openssl.

A case's `[certificates.NAME]` table becomes, in the work directory,
  NAME.key  the private key
  NAME.pem  the certificate, then the intermediates a server should send with it
  NAME.chain.pem  those intermediates alone; absent when there are none
`root.pem` and `root.key` always exist; `ISSUER.crl` does when a certificate is `revoked`.

Keys of the table, all optional:
  names   = ["good.test"]  DNS names or IP addresses (subjectAltName)
  more_names = 0           so many further names, to make the certificate large
  common_name              default: the first name, else NAME
  issuer  = "root"         "self", or the NAME of another table with ca = true
  chain   = true           false: leave the intermediates out of NAME.pem; or the names of those
                           that are sent after the certificate, in that order
  days    = [-1, 30]       validity, in days from now
  key     = "ec"           "ec" (P-256) or "rsa:BITS"
  digest  = "sha256"       of the signature
  usage                    "serverAuth" or "clientAuth" (extendedKeyUsage)
  ca      = false
  revoked = false
"""

import ipaddress
import subprocess
from datetime import datetime, timedelta, timezone

_ROOT = {"common_name": "tlstriage lab root", "issuer": "self", "ca": True, "days": [-30, 3650]}

_CA_CONFIGURATION = """
[ca]
default_ca = lab
[lab]
database = {work}/{issuer}.index
new_certs_dir = {work}
rand_serial = yes
unique_subject = no
default_md = sha256
default_crl_days = 30
policy = any
[any]
commonName = supplied
"""


class Certificates:
    def __init__(self, work, tables):
        self.work = work
        self.tables = {"root": _ROOT, **tables}
        self.made = set()

    def make_all(self):
        for name in self.tables:
            self._make(name)

    def _make(self, name):
        if name in self.made:
            return
        self.made.add(name)
        table = self.tables[name]
        issuer = table.get("issuer", "root")
        if issuer == "self":
            issuer = name
        else:
            self._make(issuer)

        self._make_key(name, table.get("key", "ec"))
        names = list(table.get("names", []))
        names += [f"a-rather-long-name-{i}.{names[0]}" for i in range(table.get("more_names", 0))]
        common_name = table.get("common_name", names[0] if names else name)
        # A common name has room for 64 characters only.
        self._openssl("req", "-new", "-key", f"{name}.key", "-out", f"{name}.request",
                      "-subj", f"/CN={common_name[:64]}")
        self._sign(name, issuer, table, names)
        if table.get("revoked"):
            self._openssl("ca", *self._as(issuer), "-revoke", f"{name}.own.pem")
            self._openssl("ca", *self._as(issuer), "-gencrl", "-out", f"{issuer}.crl")
        chain = self._sent(name, table.get("chain", True))
        texts = [(self.work / f"{link}.own.pem").read_text() for link in chain]
        (self.work / f"{name}.pem").write_text("".join(texts))
        if len(chain) > 1:
            (self.work / f"{name}.chain.pem").write_text("".join(texts[1:]))

    def _make_key(self, name, kind):
        if kind == "ec":
            options = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        else:
            options = ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{kind.split(':')[1]}"]
        self._openssl("genpkey", *options, "-out", f"{name}.key")

    def _sign(self, name, issuer, table, names):
        extensions = "basicConstraints = critical, CA:TRUE\n" if table.get("ca") else ""
        if names:
            extensions += f"subjectAltName = {', '.join(map(_alternative_name, names))}\n"
        if "usage" in table:
            extensions += f"extendedKeyUsage = {table['usage']}\n"
        (self.work / f"{name}.extensions").write_text(extensions)
        (self.work / f"{issuer}.index").touch()
        (self.work / f"{issuer}.cnf").write_text(
            _CA_CONFIGURATION.format(work=self.work, issuer=issuer))
        start, end = table.get("days", [-1, 30])
        self._openssl("ca", *self._as(issuer, selfsign=issuer == name), "-batch", "-notext",
                      "-md", table.get("digest", "sha256"),
                      "-in", f"{name}.request", "-out", f"{name}.own.pem",
                      "-extfile", f"{name}.extensions",
                      "-startdate", _asn1_time(start), "-enddate", _asn1_time(end))

    def _as(self, issuer, selfsign=False):
        certificate = ["-selfsign"] if selfsign else ["-cert", f"{issuer}.own.pem"]
        return ["-config", f"{issuer}.cnf", "-keyfile", f"{issuer}.key", *certificate]

    def _sent(self, name, chain):
        if isinstance(chain, list):
            for link in chain:
                self._make(link)
            return [name, *chain]
        return self._chain(name) if chain else [name]

    def _chain(self, name):
        """The certificate, then its issuers up to the self-signed one, which servers leave out."""
        chain = [name]
        while True:
            issuer = self.tables[chain[-1]].get("issuer", "root")
            if issuer == "self" or self.tables[issuer].get("issuer", "root") == "self":
                return chain
            chain.append(issuer)

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.work,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr.strip()}")


def _alternative_name(name):
    try:
        return f"IP:{ipaddress.ip_address(name)}"
    except ValueError:
        return f"DNS:{name}"


def _asn1_time(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")
