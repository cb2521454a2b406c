package import Store

/// Challenges that were used up; they stay until they have expired anyway.
package enum CaptchaSchema {
    /// In the order in which they are applied; each is applied once and never changed afterwards.
    package static let migrations = [
        Migration(
            "captcha-1",
            """
            CREATE TABLE captcha_spent (
                hash BLOB PRIMARY KEY CHECK (length(hash) = 16),
                expires_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX captcha_spent_expiry ON captcha_spent (expires_at);
            """)
    ]
}
