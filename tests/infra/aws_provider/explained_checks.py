"""Checks of checkov that fail on purpose, each with the reason why it does not apply here."""

from __future__ import annotations

EXPLAINED = {
    "CKV2_AWS_4": "Execution logs repeat what callers send; the access log and the metrics do without.",
    "CKV2_AWS_11": "Only the console's load balancer is reached from outside; flow logs are billed by the GB.",
    "CKV2_AWS_28": "The console is for named networks or people who sign in; a firewall costs 8 USD a month.",
    "CKV2_AWS_29": "The firewall is an option (inference:wafRate), which prod sets: it costs 8 USD a month.",
    "CKV2_AWS_31": "The firewall's log would keep whole requests; its metrics count what each rule blocks.",
    "CKV2_AWS_51": "The integration is a Lambda function, which IAM protects; client certificates are for HTTP.",
    "CKV2_AWS_57": "The secret holds a key of the API gateway, which AWS cannot rotate; another one is deployed.",
    "CKV2_AWS_62": "Nothing happens when a model is pushed or requests are captured; people fetch both.",
    "CKV2_AWS_77": "AWSManagedRulesKnownBadInputsRuleSet, which has the Log4j rules, is on; the check also wants the "
    "list of anonymous addresses, which would refuse users of private relays.",
    "CKV_AWS_26": "The topics of dev are not encrypted (inference:encryptTopics): a key costs 1 USD a month.",
    "CKV_AWS_18": "The log of who reads models would need a bucket of its own; CloudTrail tells it where it is wanted.",
    "CKV_AWS_21": "Captured requests expire; a deleted file would live on as an old version. Models are versioned.",
    "CKV_AWS_65": "Container insights are billed metrics; the console's health is seen at its load balancer.",
    "CKV_AWS_73": "Tracing is an option (inference:tracing), which staging and prod set.",
    "CKV_AWS_76": "The access log is an option (inference:accessLogs), which staging and prod set: it needs a role of "
    "the whole account.",
    "CKV_AWS_91": "The access log of the console would need a bucket of its own, and holds who looked at a dashboard.",
    "CKV_AWS_116": "A dead letter queue is for asynchronous calls; the API calls synchronously and hears each error.",
    "CKV_AWS_117": "The function calls nothing; in a VPC it would gain nothing and start later.",
    "CKV_AWS_120": "Predictions are answers to POST, which are never cached.",
    "CKV_AWS_136": "The image is encrypted with AES-256 already; a key of its own costs 1 USD a month and protects a "
    "public library and the model.",
    "CKV_AWS_144": "A model can be made again from its commit; a second region would double the cost.",
    "CKV_AWS_145": "Models and captures are encrypted with AES-256 already; a key of its own costs 1 USD a month.",
    "CKV_AWS_149": "The secret is encrypted with AWS's key; a key of its own costs 1 USD a month.",
    "CKV_AWS_150": "Deletion protection is an option (inference:deletionProtection), which prod sets.",
    "CKV_AWS_158": "Logs are encrypted by CloudWatch; they hold a payload only with inference:capture.",
    "CKV_AWS_184": "Models are encrypted with AWS's key already; a key of its own costs 1 USD a month.",
    "CKV_AWS_225": "Predictions are answers to POST, which are never cached.",
    "CKV_AWS_260": "Port 80 leads to HTTPS and nowhere else where the console has a certificate.",
    "CKV_AWS_272": "AWS Lambda knows no code signing for container images; the function runs the image by its digest.",
    "CKV_AWS_284": "Tracing is an option (inference:tracing), for the batches too.",
    "CKV_AWS_285": "Errors are logged without the data of the executions: those are the lines that are scored.",
    "CKV_AWS_290": "EC2 knows no resource for the interfaces of a function in a VPC, which its own code may not make.",
    "CKV_AWS_333": "An address costs 3.65 USD a month, a NAT gateway ten times as much; only the balancer reaches it.",
    "CKV_AWS_338": "Retention is a setting (inference:logRetentionDays); prod keeps a year.",
    "CKV_AWS_355": "Reading actions of CloudWatch know no resources (docs/permissions.md).",
}
