"""Settings that switch on what the stacks' own files leave off."""

from __future__ import annotations

CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
EVERYTHING = {
    f"inference:{key}": value
    for key, value in {
        "accessLogs": "true",
        "apiKeys": "mobile-app,web",
        "batchConcurrency": "4",
        "billedDuration": "true",
        "capture": "true",
        "captureHash": "mood",
        "captureHashKey": "0123456789abcdef0123456789abcdef",
        "certificateArn": CERTIFICATE,
        "classShareThreshold": "0.2",
        "clientErrorsBand": "3",
        "console": "true",
        "consoleNetworks": "203.0.113.0/24",
        "domainName": "predict.example.com",
        "encryptTopics": "true",
        "feedback": "true",
        "infoEmails": "team@example.com",
        "modelMonitor": "true",
        "modelStore": "true",
        "monitoring": "full",
        "noTrafficHours": "6",
        "pageEmails": "on-call@example.com",
        "provisionedConcurrency": "1",
        "provisionedMaximum": "3",
        "provisionedSchedule": "2 = 30 5 * * ? *; 0 = 0 9 * * ? *",
        "publicDocs": "true",
        "quotaPerDay": "100",
        "requestValidation": "true",
        "reservedConcurrency": "5",
        "sharedStorage": "true",
        "slackChannelId": "C0123ABCD",
        "slackTeamId": "T0123ABCD",
        "tracing": "true",
        "wafRate": "2000",
    }.items()
}
"""Every option at once; an allow list of the API is refused beside the console."""
PROD = {"inference:pageEmails": "on-call@example.com"}
"""What prod must have."""
UNPROTECTED = {"inference:deletionProtection": "false", "inference:forceDelete": "true"}
DELIVERY = {
    "repository": "example/inference",
    "stateBucket": "example-state",
    "stateKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
}
"""What the bootstrap stack must have."""
