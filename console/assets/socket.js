// Streamlit marks its root element when the WebSocket is open; until then the page is empty.
(() => {
  const PATIENCE_MS = 20000
  const started = Date.now()
  const notice = document.createElement("p")
  notice.id = "no-socket"
  notice.setAttribute("role", "alert")
  notice.style.cssText = "position:fixed;inset:1rem 1rem auto;z-index:1000000;margin:0 auto;max-width:44rem;padding:1rem;" +
    "font:1rem/1.5 sans-serif;color:#1b2430;background:#fff4e5;border:1px solid #d97706;border-radius:.5rem"
  notice.textContent = "The console is loaded, but its WebSocket does not open, so the page stays empty. A proxy, a firewall " +
    "or a browser extension between this page and the server blocks WebSockets (path _stcore/stream), " +
    "or the request's headers are too long: delete the cookies of this site and sign in again."
  setInterval(() => {
    const isOpen = document.querySelector('[data-test-connection-state="CONNECTED"]') !== null
    if (isOpen) notice.remove()
    else if (Date.now() - started > PATIENCE_MS && !notice.isConnected) document.body.append(notice)
  }, 1000)
})()
