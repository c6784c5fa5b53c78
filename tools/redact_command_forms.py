"""How commands, statements and program text give a secret away: `mysql -p…`, `AUTH …`, `SetBasicAuth("u", "…")`.

Each form is a hint that must stand in a line (finding it is many times cheaper), and a pattern whose first group is
the secret. It does not judge values: `redact_commands` does.
"""

from typing import Final

Form = tuple[str, str]

# Whatever stands there is the secret.
SURE: Final[tuple[Form, ...]] = (
    ("curl", r"(?i)\bcurl\b[^\n|]*?[ \t](?:-u|--user|--proxy-user)[ =]?[\"']?[^\s:\"']+:([^\s\"']+)"),
    ("mysql|mariadb", (
        r"(?i)\b(?:mysql|mariadb)(?:dump|admin|import|-dump)?\b[^\n|]*?[ \t]-p[\"']?([^\s\"'-][^\s\"']*)"
    )),
    ("sshpass", r"(?i)\bsshpass[ \t]+-p[ \t]*[\"']?([^\s\"'-][^\s\"']*)"),
    ("login|mongo|influx|cqlsh", (
        r"(?i)\b(?:(?:docker|podman|helm registry|az|oc|nerdctl|buildah|skopeo) login|mongo(?:sh|dump|restore)?"
        r"|mongoexport|influx|cqlsh)\b[^\n|]*?[ \t]-p[ \t]+[\"']?([^\s\"'-][^\s\"']*)"
    )),
    ("sqlcmd|bcp|isql|osql|tsql", (
        r"(?:sqlcmd|bcp|[to]?s?isql|osql|tsql)\b[^\n|]*?[ \t]-P[ \t]*[\"']?([^\s\"'-][^\s\"']*)"
    )),
    ("redis-cli", r"(?i)\bredis-cli\b[^\n|]*?[ \t]-a[ \t]+[\"']?([^\s\"']+)"),
    ("ldappasswd", r"\bldappasswd\b[^\n|]*?[ \t]-[sa][ \t]+[\"']?([^\s\"']+)"),
    ("ldap[smadwp]", r"(?i)\bldap(?:search|modify|add|delete|whoami|passwd)\b[^\n|]*?[ \t]-w[ \t]+[\"']?([^\s\"']+)"),
    ("-U[ \"']*[^\\s%]+%", r"[ \t]-U[ \t]*[\"']?[\w\\./-]+%([^\s\"'%]{4,})"),
    ("<<<", r"\b(?:kinit|su|sudo|passwd|cryptsetup|docker[ \t]+login)\b[^\n|]*<<<[ \t]*[\"']?([^\s\"'$][^\s\"']*)"),
    ("::add-mask::", r"::add-mask::(\S{4,})"),
    (":[ \\t]+(?:eap|xauth|ntlm)[ \\t]", r":[ \t]+(?:EAP|XAUTH|NTLM)[ \t]+\"([^\"\n]+)\""),
    ("mkstore", r"-(?:create|modify)Credential[ \t]+\S+[ \t]+\S+[ \t]+[\"']?([^\s\"'-][^\s\"']*)"),
    ("http-basic", r"\bhttp-basic\.\S+[ \t]+[^\s-]\S*[ \t]+[\"']?([^\s\"'-][^\s\"']*)"),
    ("p4[ \\t]", r"\bp4[ \t][^\n|]*?-P[ \t]+[\"']?([^\s\"'-][^\s\"']*)"),
    ("snmp[wgbs-]", (
        r"(?i)\bsnmp(?:walk|get|bulkwalk|set|-server)\b[^\n|]*?[ \t](?:-[cAX]|community:?)"
        r"[ \t]+[\"']?([^\s\"'-][^\s\"']{3,})"
    )),
    ("snmp[wgbs-]", r"(?i)\bsnmp(?:walk|get|bulkwalk|set)\b[^\n|]*?[ \t]-X[ \t]+[\"']?([^\s\"'-][^\s\"']{3,})"),
    ("radtest", r"\bradtest[ \t]+(?:-\w[ \t]+\w+[ \t]+)*[^\s-]\S*[ \t]+[\"']?([^\s\"']+)"),
    ("radtest", r"\bradtest[ \t]+(?:-\w[ \t]+\w+[ \t]+)*[^\s-]\S*[ \t]+\S+[ \t]+\S+[ \t]+\d+[ \t]+[\"']?([^\s\"']+)"),
    ("echo[ \\t]", (
        r"(?i)pass(?:word|phrase)?[-_]?(?:command|cmd|program)[ =:]+[\"'\\]{0,3}echo[ \t]+[\"']?([^\s\"'\\]+)"
    )),
    ("send", r"(?i)passw(?:or)?d[^\n]*?\bsend(?:ln)?[ \t]+(?:--[ \t]+)?\\?\"([^\"\n]{4,}?)(?:\\{1,2}[rn])+\\?\""),
    *(("values", (  # a column list that names the password, and as many values behind it
        rf"(?i)\w*passw(?:or)?d[`\"\]]?[ \t]*(?:,[^,()\n]*){{{behind}}}\)[ \t]*values[ \t]*\([^()\n]*?"
        rf"'([^'\n]{{4,}})'[ \t]*(?:,[^,()\n]*){{{behind}}}\)"
    )) for behind in range(4)),
    ("ipmitool", r"\bipmitool\b[^\n|]*?[ \t]-P[ \t]+[\"']?([^\s\"']+)"),
    ("(?:identified|password)[^'\\n]{0,48}'", (
        r"(?i)\b(?:identified(?:[ \t]+with[ \t]+\S+)?[ \t]+(?:by|as)|password)[ \t]*(?:password[ \t]*)?\(?[ \t]*"
        r"(?:[ \t]|\()'([^'\n]+)'"
    )),
    ("identified[ \\t]", r"(?i)\bidentified[ \t]+by[ \t]+(?:values[ \t]+)?\"?([A-Za-z0-9#_][^\s\"';]{3,})"),
    ("identified[ \\t]", r"(?i)\bidentified[ \t]+by[ \t]+\S+[ \t]+replace[ \t]+[\"']?([^\s\"';]{4,})"),
    ("login", r"(?i)\blogin[ \t]+\"?[\w.+-]+@[\w.-]+\"?[ \t]+\"?([^\s\"]{6,})"),
    ("requirepass|masterauth", r"(?i)(?:^|\s)(?:requirepass|masterauth)[ \t]+[\"']?([^\s\"']{3,})"),
    ("pass:", r"(?i)-pass(?:in|out)?[ \t]+pass:([^\s\"']+)"),
    ("rabbitmqctl", r"rabbitmqctl[ \t]+(?:add_user|change_password)[ \t]+\S+[ \t]+[\"']?([^\s\"']+)"),
    ("htpasswd", r"\bhtpasswd[ \t]+-\w*b\w*[ \t]+\S+[ \t]+\S+[ \t]+[\"']?([^\s\"']+)"),
    ("zip[ \\t]", r"\b(?:zip|unzip)[ \t][^\n|]*?-P[ \t]*[\"']?([^\s\"']+)"),
    ("7za?[ \\t]", r"\b7za?[ \t][^\n|]*?[ \t]-p[\"']?([^\s\"']{3,})"),
    ("user(?:add|mod)", r"\buser(?:add|mod)\b[^\n|]*?[ \t](?:-p|--password)[ =][\"']?([^\s\"'-][^\s\"']+)"),
    ("net[ \\t]+user", r"(?i)\bnet[ \t]+user[ \t]+[\w.$\\-]+[ \t]+([^\s/*\"'][^\s\"']{3,})"),
    ("lftp", r"\blftp\b[^\n|]*?[ \t]-u[ \t]+[\"']?[^\s,\"']+,([^\s\"']+)"),
    ("stats[ \\t]+auth", r"\bstats[ \t]+auth[ \t]+[^\s:]+:(\S+)"),
    ("rootpw", r"\brootpw[ \t]+(?:--(?:plaintext|iscrypted)[ \t]+)?([^\s-]\S{3,})"),
    ("createuser", r"(?i)\bcreateuser[ \t]+\S+[ \t]+(?:md5|sha[\w-]*)[ \t]+[\"']?([^\s\"']{8,})"),
    ("createuser", (
        r"(?i)\bcreateuser[ \t]+\S+[ \t]+(?:md5|sha[\w-]*)[ \t]+\S+[ \t]+(?:des|aes[\w-]*)[ \t]+[\"']?([^\s\"']{8,})"
    )),
    ("networkcredential", r"(?i)\bnetworkcredential\([^()\n,]*,[ \t]*[\"']([^\"'\n]{4,})[\"']"),
    ("openssl", r"\bopenssl[ \t]+enc\b[^\n|]*?[ \t]-(?:k|K)[ \t]+[\"']?([^\s\"']+)"),
    ("psexec", r"(?i)\bpsexec\b[^\n|]*?[ \t]-p[ \t]+[\"']?([^\s\"']+)"),
    ("/user:", r"(?i)\bnet[ \t]+use[ \t][^\n|]*?\\\\\S+[ \t]+([^\s/\"'*][^\s\"']*)[ \t]+/user:"),
    ("[ \\t]/(?:pass|rp)", r"(?i)[ \t]/(?:pass(?:word)?:|rp[ \t:]+)[\"']?([^\s\"']{3,})"),
    ("mc[ \\t]", (
        r"\bmc[ \t]+(?:alias[ \t]+set|config[ \t]+host[ \t]+add)[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+[\"']?([^\s\"']+)"
    )),
    ("chpasswd", r"(?i)[\"'][\w.-]+:([^\"'\n]{4,})[\"'][ \t]*\|[ \t]*(?:sudo[ \t]+)?chpasswd"),
    ("addauth", r"\baddauth[ \t]+digest[ \t]+[^\s:]+:(\S+)"),
    ("securestring", r"(?i)convertto-securestring[ \t]+(?:-string[ \t]+)?[\"']([^\"'\n]+)[\"']"),
    ("auth-pass", r"\bauth-pass[ \t]+\S+[ \t]+[\"']?([^\s\"']{3,})"),
    ("psk[ \\t]", r"(?i)\bpsk[ \t]+[\"']([^\"'\n]{6,})[\"']"),
    ("echo[ \\t]", (
        r"\becho[ \t]+(?:-\w+[ \t]+)*[\"']?([^\s\"'|]+)[\"']?[ \t]*\|[ \t]*(?:sudo[ \t]+-S|su\b|kinit|passwd|cryptsetup"
        r"|[^\n|]*--?(?:password-stdin|passphrase-fd|stdin|with-token))"
    )),
    (":::", r":\d+:[a-fA-F0-9]{32}:([a-fA-F0-9]{32}):::"),
    ("(?:nt|lm)[ _-]?(?:v\\d)?[ _-]?hash", (
        r"(?i)\b(?:nt|lm|ntlm)(?:[ _-]?v\d)?[ _-]?hash\b[^\n]{0,40}?\b([a-f0-9]{32})\b"
    )),
    ("setuser|user[ ]\\S+[ ]on[ ]", (
        r"(?i)\b(?:setuser|user[ \t]+\S+[ \t]+on)\b[^\n]*?[\s\"]>([^\s\"']{3,})"
    )),
    ("type=.?[\"']password", r"(?i)type=\\?[\"']password\\?[\"'][^<>]*?value=\\?[\"']([^\"'<>\\]+)"),
    ("\\.logon", r"(?i)\.logon[ \t]+[^\s/]+/[^\s,]+,(\S+)"),
    ("secret[ _]?id", r"(?i)\bsecret[ _]?id[ \t]*(?:[:=]|[ \t]{2})[ \t]*([0-9a-f]{8}-[0-9a-f-]{27})\b"),
    ("userpwd", r"USERPWD[ \t]*,[ \t]*[\"'][^\"':\n]+:([^\"'\n]+)[\"']"),
    ("otpauth", r"(?i)\botpauth://[^\s\"'<>]*?[?&]secret=([A-Z2-7]{16,})"),
    ("(?-i:PASS)[ \\t]", r"(?:> |C: |, ?\"|[Ss]ent: |cmd=\"?|command[=:][ ]?\"?)PASS[ \t]+(\S{4,})"),
)  # fmt: skip
# The value must look made by chance as well.
LIKELY: Final[tuple[Form, ...]] = (
    ("(?-i:AUTH)", r"\bAUTH\"?[ \t]+(?:(?:PLAIN|LOGIN|XOAUTH2)[ \t]+|\"\w+\"[ \t]+)?\"?([^\s\"]{8,})"),
    ("(?-i:PASSW(?:OR)?D)\\(", r"\bPASSW(?:OR)?D\(([A-Z0-9$#@]{5,})\)"),
    ("bearer", r"(?i)bearer(?:_?auth|_?token)?[\"']?[ \t]*[(,][ \t]*[\"']([^\"'\n]{16,})[\"']"),
    ("(?:crypt|hmac)\\w*\\(", r"(?i)\b\w*(?:crypt|hmac)\w*\([^()\n]*,[ \t]*[\"']([^\"'\n]{8,})[\"'][ \t]*\)"),
    ("jwt\\.|cookie_?parser", (
        r"(?i)\b(?:jwt\.(?:sign|verify|encode|decode)\([^()\n]*?,|cookie_?parser\()[ \t]*[\"']([^\"'\n]{8,})[\"']"
    )),
    ("[ ]login[ ]", r"\b\w+ login(?:[ \t]+--?\w+(?:[ \t=]+[\w.-]{1,24})?)*[ \t]+([A-Za-z0-9]{32,})\b"),
    ("influx[ \\t]", r"\binflux[ \t][^\n|]*?[ \t](?:-t|--token)[ =]([A-Za-z0-9_-]{40,}={0,2})"),
    ("(?:unseal|recovery)[ \\t]key", (
        r"(?i)\b(?:unseal|recovery)[ \t]key(?:[ \t]+\d{1,2})?(?:[ \t]\([\w -]+\))?:[ \t]+([\w+/=]{40,})"
    )),
    ("encrypt[\"']?[ \\t]*[:=]", r"[\"']?\bencrypt[\"']?[ \t]*[:=][ \t]*[\"']([A-Za-z0-9+/]{22,44}={0,2})[\"']"),
    ("[?&](?:appid|key|k|api|auth|access)=", r"(?i)[?&](?:appid|key|k|api|auth|access)=([A-Za-z0-9_-]{24,})"),
    ("[?&\\s\"']code=", r"(?i)[?&\s\"']code=([A-Za-z0-9_./~-]{20,}={0,2})"),
    ("(?:password|secret|key)[ \\t]+[05789][ \\t]", r"(?i)\b(?:password|secret|key)[ \t]+[05789][ \t]+(\S{8,})"),
    ("[ ](?:-u|--user)[ =]", r"[ \t](?:-u|--user)[ =][\"']?([A-Za-z0-9_-]{20,}):"),
    ('"keys(?:_b64|_base64|_hex)?"', r"\"(?:unseal_|recovery_)?keys(?:_b64|_base64|_hex)?\\?\"\s*:\s*\[([^\]]{40,})\]"),
    ("hook", r"(?i)https?://[^\s\"'<>]*hooks?/[\w./-]*?([A-Za-z0-9_-]{24,})(?:[^\w/-]|$)"),
    ("saml|assertion=", r"(?i)\b(?:saml(?:response|request|art)|(?:client_)?assertion)=([\w+/=%.-]{24,})"),
    ("honeycomb", r"(?i)x-honeycomb-team[\"']?[ \t]*[:=][ \t]*[\"']?([A-Za-z0-9]{20,})"),
    ("--user|creds", r"--(?:user|\w*creds)[ =][\"']?[^\s:\"']+:([^\s\"']{8,})"),
    ("user\\.info", r"\buser\.info[ \t]*[=:][ \t]*[^\s:]+:(\S{8,})"),
    ("bundle_", r"\bBUNDLE_\w+[=:][ \t]*[\"']?[^\s:\"']+:([^\s\"']{8,})"),
    ("community", r"(?i)\br[ow]community6?[ \t]+[\"']?([^\s\"']{8,})"),
    ("stripe-signature", r"(?i)\bstripe-signature[\"']?:[ \t]*[\"']?[^\n\"']*?\bv\d=([a-f0-9]{32,})"),
    ("/t/", r"https?://[\w.-]+/t/([A-Za-z0-9-]{20,})/"),
    (":(?:\\d{4,5}|\\*):", r"(?m)^[ \t]*[\w.*-]+:(?:\d{4,5}|\*):[\w.*-]+:[\w.*-]+:([^\s:]{8,})(?:[ \t].*)?$"),
)  # fmt: skip
# The value must be none that a sentence or a program would hold.
ODD: Final[tuple[Form, ...]] = (
    (",[ \\t]*[\"'][^\"'\\n]{8,}[\"'][ \\t]*(?:\\)|$)", (
        r"(?im)(?:auth|connect(?:ion)?|credentials?|login|logon|signin)\w*[ \t]*(?:=[ \t]*)?[( ][^()\n]*?,[ \t]*"
        r"[\"']([^\"'\n]{8,})[\"'][ \t]*(?:\)|$)"
    )),
    ('^[ \\t]*"[\\w.-]{1,40}"[ \\t]+"', r"(?m)^[ \t]*\"[\w.-]{1,40}\"[ \t]+\"([^\"\n]{8,})\"[ \t]*$"),
    ("login=[^\\s:]+:", r"\blogin=[\w.@\\-]+:(\S{6,})"),
    ("^\\[[\\w-]+\\.[\\w.-]+\\][:\\w]*[ \\t]", r"(?m)^\[[\w.-]+\](?::\w+)?[ \t]+[\w.+@-]+:(\S{6,})$"),
    ("secure_?string|secret", (  # az keyvault secret set --value …, aws ssm put-parameter --type SecureString --value …
        r"(?i)\b(?:secret|securestring)s?\b[^\n|]*?[ \t]--(?:value|body|data|secret-?string)[ =][\"']?([^\s\"']{8,})"
    )),
    ("using[ \\t]", r"(?i)\buser\b[^\n]{1,60}?\busing[ \t]+[\"']?([^\s\"']{6,})"),
    ("(?-i:IDENTIFY)", r"\bIDENTIFY[ \t]+(?:[\w-]+[ \t]+)?(\S{6,})"),
    ("[ \\t]-[pw]", (
        r"(?:^|\s)--?(?:u|U|l|D|n|user|username)[ =]?[\"']?[\w.@\\=,-]+[\"']?(?:[ \t]+[^\s|]+){0,6}?"
        r"[ \t]+-[pPw][ =]?[\"']?([^\s\"'-][^\s\"']{5,})"
    )),
    ("(?-i:AUTH)", r"\bAUTH[ \t]+[\w.-]{1,40}[ \t]+([^\s\"]{8,})"),
    ("[ \\t]-[au][ \\t]", r"[ \t]-[auU][ \t]+[\"']?[\w.@-]+:([^\s\"':]{8,})"),
    ("@(?:tcp|unix|tls)\\(", r"(?:^|[\s\"'=(])[\w.-]{1,40}:([^\s:/@\"'()]{8,64})@(?:tcp|unix|tls)\("),
    ("@(?://|\\(|(?-i:[A-Z]))", r"\b[\w.-]{1,40}/([^\s@/\"':]{6,64})@(?://|\(|[A-Z][A-Z0-9_]{2,}\b)"),
)  # fmt: skip
# These reach over the end of a line; each with a word in small letters that must be there.
SURE_OVER_LINES: Final[tuple[Form, ...]] = (
    ("login", r"(?i)\blogin[ \t]+\S+[ \t\r\n]+password[ \t]+(\S+)"),
    ("\npass", r"(?m)^USER \S+\r?\n(?:[\d+][^\n]*\n)?PASS[ \t]+(\S{4,})"),
    ("ugfzc3dvcmq6", r"334[ \t]+UGFzc3dvcmQ6\s+(?:C:[ \t]*|>[ \t]*)?([A-Za-z0-9+/]{4,}={0,2})"),
)
LIKELY_OVER_LINES: Final[tuple[Form, ...]] = (
    ("base64 -", r"(?m)\bbase64 (?:-d|-D|--decode)[ \t]*\r?\n([!-~]{8,})[ \t]*$"),  # what a command shows
    ('"auth"', r"\"AUTH\"(?:[\s\d),]*\"[\w-]{1,40}\")??[\s\d),]*\"([^\"\s]{8,})\""),
    ("auth login", (
        r"(?im)\bAUTH[ \t]+LOGIN(?:[ \t]+[\w+/]+=*)?[ \t\r]*\n(?:334[^\n]*\n)?(?:C: |> )?"
        r"([A-Za-z0-9+/]{8,}={0,2})[ \t\r]*$"
    )),
    ("$", r"\bAUTH(?:\\r\\n|\r?\n)\$\d+(?:\\r\\n|\r?\n)([^\s\\]{6,})"),
    ('"username"', r"\"username\"\s*:\s*\"[^\"]+\"\s*,\s*\"key\"\s*:\s*\"([^\"]{16,})\""),
)  # fmt: skip
# A name and a value with only a blank between, at the end of a line.
ODD_AT_THE_END: Final = (
    r"(?im)(?:^|[\s_-])(?:\w*passw(?:or)?d(?:-value)?|\w*pw[db]{0,2}|passphrase|\w*secret|\w*api_?key)[ \t]+"
    r"(?:REG_SZ[ \t]+)?(?:[\w.-]+:)?[\"']?([^\s\"':]{8,})[\"']?[ \t]*(?:$|#|;)"
)
