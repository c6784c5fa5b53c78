"""How the tokens of vendors look, each with the kind that its mark tells.

Linear-time (RE2) patterns over bytes; kinds are names that a reader understands. Publishable keys (`pk_live_`), ids,
SHAs and UUIDs have no form here on purpose. It does not look for them: `redact_tokens` does.
"""

from typing import Final

FORMS: Final[tuple[tuple[str, str], ...]] = (
    ("aws_access_key_id", r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16}"),
    ("aws_session_token", r"(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=%]{80,}"),
    ("aws_bearer", (
        r"ABSK[A-Za-z0-9+/]{60,}={0,2}|bedrock-api-key-[A-Za-z0-9+/=%-]{40,}|amzn\.mws\.[a-f0-9]{8}-[a-f0-9-]{20,}"
    )),
    ("alibaba_key_id", r"LTAI[A-Za-z0-9]{12,26}|STS\.[A-Za-z0-9]{22,}|CAIS[A-Za-z0-9+/_=-]{120,}"),
    ("tencent_key_id", r"AKID[A-Za-z0-9]{28,36}"),
    ("baidu_key", r"bce-v3/ALTAK-[A-Za-z0-9]{16,}/[a-f0-9]{40}"),
    ("github_token", r"gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{22,}"),
    ("gitlab_token", (
        r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct|oas)-[A-Za-z0-9_.-]{16,}|GR1348941[A-Za-z0-9_-]{20}"
    )),
    ("slack_token", (
        r"xox[abceoprs](?:\.xox[abp])?-[A-Za-z0-9-]{10,}|xoxd-[A-Za-z0-9%+/=_-]{10,}|xapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{32,}"
    )),
    ("slack_webhook", r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9_/+-]{20,}"),
    ("teams_webhook", r"https://[a-z0-9.-]+\.webhook\.office\.com/webhookb2/[A-Za-z0-9@/_-]{40,}"),
    ("discord_webhook", r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d+/[A-Za-z0-9_-]{40,}"),
    ("stripe_key", r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,}"),
    ("plaid_token", r"access-(?:production|sandbox|development)-[a-f0-9]{8}-[a-f0-9-]{20,}"),
    ("hubspot_token", r"pat-[a-z]{2}\d-[a-f0-9]{8}-[a-f0-9-]{20,}"),
    ("easypost_key", r"EZ[AT]K[A-Za-z0-9]{40,}"),
    ("dropbox_token", r"sl\.(?:u\.)?[A-Za-z0-9_-]{100,}"),
    ("yandex_token", r"t1\.[A-Za-z0-9_-]+=*\.[A-Za-z0-9_-]{60,}=*|y0_[A-Za-z0-9_-]{50,}|AQVN[A-Za-z0-9_-]{35,38}"),
    ("maxmind_key", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    ("clojars_token", r"CLOJARS_[A-Za-z0-9]{40,}"),
    ("openshift_token", r"sha256~[A-Za-z0-9_-]{40,}"),
    ("intra42_secret", r"s-s4t2(?:ud|af)-[a-f0-9]{60,}"),
    ("fireworks_key", r"fw_[A-Za-z0-9]{22,}"),
    ("sendgrid_key", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{30,}"),
    ("mailchimp_key", r"[a-f0-9]{32}-us\d{1,2}"),
    ("google_api_key", r"AIza[A-Za-z0-9_-]{30,}"),
    ("google_push_key", r"AAAA[A-Za-z0-9_-]{7}:APA91[A-Za-z0-9_-]{100,}"),
    ("google_oauth", r"ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{30,}"),
    ("gemini_key", r"AQ\.Ab8RN6[A-Za-z0-9_-]{40,}"),
    ("jwt", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{0,})?"),
    ("jws", r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{16,}"),
    ("jwe", r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{0,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}"),
    ("npm_token", r"npm_[A-Za-z0-9]{30,}"),
    ("pypi_token", r"pypi-[A-Za-z0-9_-]{40,}"),
    ("rubygems_key", r"rubygems_[a-f0-9]{40,}"),
    ("nuget_key", r"oy2[a-z0-9]{43}"),
    ("docker_token", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    ("vault_token", r"hv[sbr]\.[A-Za-z0-9_-]{20,}"),
    ("terraform_token", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}"),
    ("databricks_token", r"dapi[a-f0-9]{32}(?:-\d)?"),
    ("newrelic_key", r"NRAK-[A-Z0-9]{20,}|NRA[ALR]-?[A-Za-z0-9]{20,}|NRII-[A-Za-z0-9_-]{20,}|NRJS-[a-f0-9]{19}"),
    ("newrelic_license", r"[A-Za-z0-9]{32,36}NRAL"),
    ("grafana_token", r"glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/=]{32,}|eyJrIjoi[A-Za-z0-9+/=]{30,}"),
    ("sentry_token", r"sntry[su]_[A-Za-z0-9+/=_-]{40,}"),
    ("anthropic_key", r"sk-ant-[A-Za-z0-9]{2,12}-[A-Za-z0-9_-]{20,}"),
    ("openai_key", r"sk-(?:proj|svcacct|admin|None|or-v1|api|lf|helicone)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{32,}"),
    ("huggingface_token", r"(?:hf_|api_org_)[A-Za-z0-9]{30,}"),
    ("replicate_token", r"r8_[A-Za-z0-9]{30,}"),
    ("telegram_token", r"(?:bot)?\d{8,10}:AA[A-Za-z0-9_-]{30,}"),
    ("discord_token", r"[MNO][A-Za-z\d_-]{23,}\.[\w-]{6}\.[\w-]{27,}"),
    ("shopify_token", r"shp(?:at|ca|pa|ss|ua|tka)_[a-fA-F0-9]{32}"),
    ("square_token", r"sq0[a-z]{3}-[A-Za-z0-9_-]{22,}|EAAA[A-Za-z0-9_-]{60}"),
    ("digitalocean_token", r"do[opr]_v1_[a-f0-9]{64}"),
    ("doppler_token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,}\.)?[A-Za-z0-9]{40,}"),
    ("onepassword_token", r"ops_eyJ[A-Za-z0-9+/=_-]{100,}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{5,6}-?){4,6}"),
    ("age_key", r"AGE-SECRET-KEY-1[0-9A-Z]{50,}"),
    ("tailscale_key", r"tskey-[a-z]+-[A-Za-z0-9]{6,}(?:-[A-Za-z0-9]{10,})?"),
    ("cloudflare_key", r"v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}"),
    ("atlassian_token", r"AT(?:ATT|BB|CTT|STT)[A-Za-z0-9_=-]{20,}|ATTA[a-f0-9]{64,}"),
    ("postman_key", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("linear_key", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    ("notion_token", r"ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}"),
    ("planetscale_token", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{30,}"),
    ("supabase_key", r"sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,}"),
    ("netlify_token", r"nf[pcou]_[A-Za-z0-9]{36,}"),
    ("fly_token", r"fo1_[A-Za-z0-9_-]{40,}|fm[12][ar]?_[A-Za-z0-9+/=_-]{60,}|FlyV1 [A-Za-z0-9+/=_,-]{60,}"),
    ("buildkite_token", r"bk[a-z]{1,2}_[a-f0-9]{40}"),
    ("circleci_token", r"CCI(?:PAT|PRJ)_[A-Za-z0-9]{10,}_[a-f0-9]{40}"),
    ("sonar_token", r"sq[pua]_[a-f0-9]{40}"),
    ("dynatrace_token", r"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("okta_token", r"SSWS [A-Za-z0-9_-]{30,}"),
    ("pulumi_token", r"pul-[a-f0-9]{40}"),
    ("confluent_key", r"cflt[A-Za-z0-9+/]{60}"),
    ("azure_secret", r"[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,}"),
    ("password_hash", (
        r"\$(?:2[abxy]|argon2(?:id|i|d)|6|5|1|apr1|y|pbkdf2-\w+|scrypt|P|S|H)\$[A-Za-z0-9./$=,+_-]{20,}"
        r"|\{(?:S?SHA|S?MD5|SSHA\d+|CRYPT|PBKDF2[\w-]*|ARGON2)\}[A-Za-z0-9+/$.,=-]{16,}|\{(?:PLAIN|CLEAR(?:TEXT)?)\}[^\s:\"']{4,}"
        r"|pbkdf2[_:]sha\d+[$:]\d+[$:][A-Za-z0-9+/=.$]{24,}|scrypt:\d+:\d+:\d+\$[A-Za-z0-9$./+]{24,}"
        r"|\*[0-9A-F]{40}|grub\.pbkdf2\.sha512\.\d+\.[A-F0-9.]{40,}"  # MySQL, GRUB
        r"|SCRAM-SHA-\d+\$\d+:[A-Za-z0-9+/=$:]{40,}"
    )),
    ("facebook_token", r"EAA[A-Za-z0-9]{80,}"),
    ("figma_token", r"figd_[A-Za-z0-9_-]{30,}"),
    ("airtable_token", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    ("asana_token", r"[12]/\d{12,}:[a-f0-9]{32}"),
    ("adafruit_key", r"aio_[A-Za-z0-9]{28}"),
    ("typeform_token", r"tfp_[A-Za-z0-9_.=-]{40,}"),
    ("flutterwave_key", r"FLWSECK(?:_TEST)?-[a-f0-9]{12,}(?:-X)?"),
    ("vercel_token", r"vc[apikr]_[A-Za-z0-9]{24,}"),
    ("groq_key", r"gsk_[A-Za-z0-9]{40,}"),
    ("xai_key", r"xai-[A-Za-z0-9]{60,}"),
    ("perplexity_key", r"pplx-[A-Za-z0-9]{40,}"),
    ("elastic_key", r"essu_[A-Za-z0-9+/=]{40,}"),
    ("chef_key", r"hab-auth-[A-Za-z0-9_-]{20,}"),
    ("prefect_key", r"pn[ub]_[A-Za-z0-9]{36}"),
    ("readme_key", r"rdme_[a-z0-9]{70}"),
    ("sourcegraph_token", (
        r"sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}|sgamp_user_[A-Z0-9]+_[a-f0-9]{64}|slk_[a-f0-9]{64}"
    )),
    ("heroku_key", r"HRKU-[A-Za-z0-9_-]{36,}"),
    ("mapbox_token", r"sk\.eyJ[A-Za-z0-9_-]{40,}\.[A-Za-z0-9_-]{20,}"),
    ("nats_seed", r"S[UNCAOX][A-Z2-7]{56}"),
    ("webhook_url", (
        r"https://(?:hooks\.zapier\.com/hooks/catch/\d+/[A-Za-z0-9]+|alert\.victorops\.com/integrations/[\w/]+/alert/[\w-]{20,}"
        r"|events\.pagerduty\.com/integration/[a-f0-9]{32}|open\.(?:feishu|larksuite)\.(?:cn|com)/open-apis/bot/v2/hook/[\w-]{20,}"
        r"|maker\.ifttt\.com/trigger/\w+/(?:json/)?with/key/[\w-]{20,}|hc-ping\.com/[\w-]{20,}|nosnch\.in/[a-f0-9]{10,}"
        r"|outlook\.office(?:365)?\.com/webhook/[A-Za-z0-9@/_-]{40,}|api\.telegram\.org/bot\d{8,10}:[\w-]{30,}"
        r"|endpoint\d*\.(?:[\w-]+\.)?sumologic\.com/receiver/v1/http/[\w=-]{20,}|[\w.-]+\.loggly\.com/(?:inputs|bulk)/[\w-]{20,}"
        r"|qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[\w-]{20,}"
        r"|[\w.-]+/integrations/v1/\w+/[A-Za-z0-9]{20,}|uptime\.better(?:stack|uptime)\.com/api/v1/heartbeat/[A-Za-z0-9]{20,}"
        r"|api\.squadcast\.com/v\d/incidents/\w+/[a-f0-9]{40}|[\w.-]+/hooks/[a-z0-9]{26}|discord\.com/api/webhooks/\d+/[\w-]{40,})"
    )),
    ("launchdarkly_key", r"(?:sdk|api|mob)-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"),
    ("configcat_key", r"configcat-sdk-1/[A-Za-z0-9_-]{22}/[A-Za-z0-9_-]{22}"),
    ("adobe_secret", r"p8e-[A-Za-z0-9_-]{32}"),
    ("adyen_key", r"AQE[a-z0-9]hm[a-z][A-Za-z0-9+/]{40,}"),
    ("aiven_token", r"AVNS_[A-Za-z0-9_-]{15,}|aivenv1[A-Za-z0-9+/=]{40,}"),
    ("alchemy_key", r"alcht_[A-Za-z0-9]{30}"),
    ("anyscale_key", r"esecret_[a-z0-9]{24,}"),
    ("artifactory_key", r"AKCp[A-Za-z0-9]{60,}|cmVmd[A-Za-z0-9]{59}"),
    ("aspnet_protected", r"CfDJ8[A-Za-z0-9_-]{60,}"),
    ("authress_key", (
        r"(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,}"
    )),
    ("axiom_token", r"xa[ap]t-[a-f0-9]{8}-[a-f0-9-]{20,}"),
    ("bitwarden_token", r"0\.[a-f0-9]{8}-[a-f0-9-]{27}\.[A-Za-z0-9]{30}:[A-Za-z0-9+/=]{20,}"),
    ("braintree_token", r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}"),
    ("brevo_key", r"x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    ("cerebras_key", r"csk-[a-z0-9]{40,}"),
    ("checkly_key", r"cu_[a-f0-9]{32}"),
    ("chromatic_token", r"chpt_[a-f0-9]{12,}"),
    ("clickhouse_key", r"4b1d[A-Za-z0-9]{38}"),
    ("clickup_token", r"pk_\d{6,9}_[A-Z0-9]{32}"),
    ("cockroach_key", r"CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}"),
    ("cursor_key", r"(?:key|crsr)_[a-f0-9]{64}"),
    ("dnkey", r"dnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}"),
    ("deno_token", r"dd[pow]_[A-Za-z0-9]{36}"),
    ("devin_key", r"apk_(?:user_)?[A-Za-z0-9+/]{80,}={0,2}|cog_[a-z2-7]{52}"),
    ("e2b_key", r"e2b_[a-f0-9]{40}"),
    ("endor_key", r"endr\+[A-Za-z0-9-]{16}"),
    ("exoscale_key", r"EXO[a-f0-9]{24,30}"),
    ("firecrawl_key", r"fc-[a-f0-9]{32}"),
    ("harness_key", r"[ps]at\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}"),
    ("honeycomb_key", r"hc[a-z]{2,3}k_[a-z0-9]{20,}"),
    ("infisical_token", r"st\.[a-f0-9-]{20,}\.[a-f0-9]{32}\.[a-f0-9]{32}"),
    ("inngest_key", r"signkey-[a-z]{3,12}-[a-f0-9]{64}"),
    ("klaviyo_key", r"pk_[a-f0-9]{34}"),
    ("langsmith_key", r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
    ("mailersend_token", r"mlsn\.[a-f0-9]{64}"),
    ("mongodb_atlas_secret", r"mdb_sa_sk_[A-Za-z0-9_-]{40}"),
    ("neon_key", r"napi_[a-z0-9]{50,}"),
    ("ngrok_token", r"2[A-Za-z0-9]{26}_\d[A-Za-z0-9]{20}"),
    ("nvidia_key", r"nvapi-[A-Za-z0-9_-]{60,}"),
    ("octopus_key", r"API-[A-Z0-9]{26}"),
    ("onfido_token", r"api_(?:live|sandbox)(?:_[a-z]{2})?\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{24,}"),
    ("pagerduty_token", r"pd(?:us|eu)\+_[A-Za-z0-9_-]{20,}"),
    ("paypal_token", r"A21AA[A-Za-z0-9_-]{80,}"),
    ("posthog_key", r"phx_[A-Za-z0-9_-]{40,}"),
    ("pubnub_key", r"sec-c-[A-Za-z0-9=]{40,}"),
    ("render_key", r"rnd_[A-Za-z0-9]{24,}"),
    ("rootly_key", r"rootly_[a-f0-9]{64}"),
    ("runpod_key", r"rpa_[A-Z0-9]{40,}[a-z0-9]{0,4}"),
    ("salesforce_session", r"00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{60,}"),
    ("settlemint_token", r"sm_[aps]at_[A-Za-z0-9]{16}"),
    ("snyk_token", r"snyk_[su]at\.[A-Za-z0-9_.-]{40,}"),
    ("stytch_secret", r"secret-(?:test|live)-[A-Za-z0-9_=-]{30,}"),
    ("together_key", r"tgp_v1_[A-Za-z0-9_-]{40,}"),
    ("trigger_key", r"tr_(?:dev|prod|stg)_[A-Za-z0-9]{20,}"),
    ("twitter_bearer", r"A{21,24}[B-Za-z0-9][A-Za-z0-9%]{78,}"),
    ("upcloud_token", r"ucat_[A-Za-z0-9]{24,}"),
    ("zuplo_key", r"zpka_[a-z0-9]{32}_[a-z0-9]{8}"),
    ("minisign_key", r"RWR(?:TY0Iy|CS)[A-Za-z0-9+/]{100,}={0,2}"),  # signify's too
    ("secret_key", r"sk_[A-Za-z0-9]{29,}"),  # of several vendors
    ("private_key", (  # what a PEM block holds, also in hexadecimal; a public key has no version
        r"(?:MII[A-Za-z0-9+/]{3}IBA[A-D]|MI[GH][A-Za-z0-9]AgE[AB][MB]|MHcCAQEEI|MC4CAQAwBQYDK2V)[A-Za-z0-9+/]{40,}={0,2}"
        r"|30(?:82[0-9a-f]{4}020100|81[0-9a-f]{2}02010[01]|770201010420|2e020100300506032b65)[0-9a-f]{60,}"
    )),
)  # fmt: skip

# Forms too common to count anywhere: they need their own surroundings; the first group is the secret.
PLACED: Final[tuple[tuple[str, str, str], ...]] = (
    ("vault_token", "vault", r"(?i:vault)[^\n]*?\b([sb]\.[A-Za-z0-9]{24})\b"),
    ("k8s_bootstrap_token", "--token", r"--token[ =]([a-z0-9]{6}\.[a-z0-9]{16})\b"),
    ("twilio_key", "twilio", r"(?i:twilio)[^\n]*?\b(SK[a-f0-9]{32}|[a-f0-9]{32})\b"),
    ("mailgun_key", "key-", r"(?:^|[^A-Za-z0-9_-])(key-[a-f0-9]{32})\b"),
    ("postgres_hash", "md5", r"(?i:auth|rol|user|shadow|passw)[^\n]*?\b(md5[a-f0-9]{32})\b"),
    ("aws_secret", "akia", r"AKIA[A-Z2-7]{16}[^\n]*?[^A-Za-z0-9/+]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"),
    ("aws_secret", "asia", r"ASIA[A-Z2-7]{16}[^\n]*?[^A-Za-z0-9/+]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"),
    ("private_key", "private", r"(?i:private)[^\n]{0,24}?\b(M[IC][A-Za-z0-9+/]{40,}={0,2})"),
    ("account_key", "account", r"(?i:account\.?key)[^\n=\s]{0,80}=([A-Za-z0-9+/]{80,}={0,2})"),
    ("twilio_secret", "sk", r"\bSK[a-f0-9]{32}\b[^\n]*?\b([A-Za-z0-9]{32})\b"),
    ("jfrog_key", "jfrog", r"(?i:jfrog)[^\n]*?\b(AKC[a-zA-Z0-9]{10,}|cmVmd[A-Za-z0-9]{59})\b"),
    ("jfrog_key", "artifactory", r"(?i:artifactory)[^\n]*?\b(AKC[a-zA-Z0-9]{10,}|cmVmd[A-Za-z0-9]{59})\b"),
    ("crates_token", "cio", r"(?i:cargo|crates)[^\n]*?\b(cio[A-Za-z0-9]{32})\b"),
)  # fmt: skip
