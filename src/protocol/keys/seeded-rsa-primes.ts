/**
 * RSA test keys, as two primes of 1024 bits in base64url. Generating a key takes 150 to 220 ms, so all credentials share these
 * four. The keys are public: RSA credentials of the emulator are for tests only.
 */
export const rsaTestPrimes: readonly (readonly [p: string, q: string])[] = [
  [
    '_eJFmqxSUAiTJLZaBr8AkXWrVOWSBV2emllRpomAoAcSSQBptyrS4QYtYyt7qaSKswlBfbgk2yWVI7-wqaJqOjLs6r0jXQdmtGxiLgQiKHkXnmvIDaptL82EZQ4i_hhIiwLQXyBJDTM62rOFa0oNw4lcnraWznOwBw0Kdw4eky8',
    '1OSt3Q9-3dxGjzLQlcXYKkBgm11XkxgV4icHrC_wtq9Y4fBRrcwnaS7qEgLgxFxVz2zCIUXf_7Vu0MTpJPLYgtyVhRZQScH6ZWavmOiR2UMhrpWrgGQZT6GfDr5xsC6QZW_MxcR1VenLvxg_H5zqM0DdcZo9KjAuAmDHXFDx97E',
  ],
  [
    '_s6Uduz58m6shVJuHEEJgBpeWEy3F2fmRmAAimXyDJfisEbM575r04LhKborn7so3pHBF69g_5idAO9kgkQIH_ipj6BvmNBtyZ_nLVn7KrHjAl2D25C9BY-KBkor6GnrJLMYquekUS0eGcsLiBKipdvgqwXgBVb3FZf9yAehzYs',
    'v7xcXtqDKwy0yJ4sJSL9UgeB5LYDNYTQactOgIMYGhh0YMjgwQxXRErsebAC7VC-Jk87p5L9PrVumPUhJg-pS9ARkpxzgHZnWbJKnD9cIW6CwCttrZiJd4rfzcXzeIl4jtv9xyuQzYqeo005U51Qby0cclWDgaSfxTea3AgTXrE',
  ],
  [
    '_G2gUkUQQbVRjYWkECdRzRey8SYEtlXZCZjF7DE3TqHNneXLgm1vnJZmHbiBqnPbONPOedHrCXgNLJY_3lTEDUqR6kgSoG6zJHRRyyiUO6LzUen7exvqNID32UhvHtDYeFlt49IeK-k9P39hHaDi9yHfa2VGjx8PoMvzwkdctjs',
    '23Ix4kKE-1ETuLQyBmwX6fhaJSARW3nzippMx340Jza2jMrJxnOWMHVqJG_9D7XknAHr7fmq-B6rhoG7JnHoQiv9ShFCfWRDSqEk9DhL1qOAAlQRqTSQZUCR98mmjCbR5Gfu_x9NKo0c48zmAMYNBUL_bQB7lbdL9eRxyrEzle0',
  ],
  [
    '8E_kCjAIAAFt-0C7dadYbLMcf5QXlg2Ak9gokdWw950rzag2HS4-yNxdIUwzxJNMCWVg5TKOK8j0wpYq1i4pJ2ykMGmTEu4kEmqMgk8ukGvnz49RGsH9pVKPwiMQt7eahGlwxB3AY7YNMVHfpHgJ2PbhxvzumvFXa8wdOcyvHF0',
    'yFb9XMcRvpsP2TZX6aw_dU_t2kqFStk0CThGtTSMUQgtifDGVdSlkHnem3eR_2iwMzssHx6sivv1d1k-7I0chlwb03Obpxubbg44fSjiYrZ0OpYbrY5N5wiz_J3awptNrBnC_DwKl_rEzzwTI6UOJLvf82joU_nXBufWCJ4z3V8',
  ],
];
