/**
 * A fetch that has Trino compute a statement once, and gives its pages to whoever asks the same of the same schema
 * again. What was not answered well is forgotten.
 *
 * @param session properties that statements are computed with: `name=value,…`
 */
export function rememberingFetch(session?: string): typeof fetch {
  const answers = new Map<string, string>()
  return async (url, request = {}) => {
    const { method = 'GET', body } = request
    const headers = new Headers(request.headers)
    if (session !== undefined) headers.append('x-trino-session', session)
    if (method === 'DELETE') return await fetch(url, request)
    const key = method === 'POST' ? `${headers.get('x-trino-schema')}\n${body}` : String(url)
    const known = answers.get(key)
    if (known !== undefined) return new Response(known)
    const response = await fetch(url, { ...request, headers })
    if (response.status !== 200) return response
    const text = await response.text()
    if (!('error' in JSON.parse(text))) answers.set(key, text)
    return new Response(text)
  }
}
