const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? "");
}

/** What a person can do about an error that must not be sent to the application. */
function advice(error: string): string {
  if (error === "invalid_redirect_uri") {
    return "The application asked for the answer at an address that it has not registered, so nothing was sent there.";
  }
  if (error === "invalid_client") {
    return "The application is not known here. Remove this connection in it and connect again, so that it registers anew.";
  }
  return "Go back to the application and connect again.";
}

/** The page of an authorization request that failed before there was anywhere to send the answer. */
export function oauthErrorPage(error: string, description: string | undefined): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The application could not be connected · TauseStack</title>
<style>
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; padding: 1rem;
  box-sizing: border-box; background: light-dark(#fafafa, #101113); color: light-dark(#18181b, #f4f4f5); }
main { max-width: 24rem; padding: 2rem; border: 1px solid light-dark(#e4e4e7, #2e2f33);
  border-radius: .75rem; background: light-dark(#fff, #18191c); }
h1 { margin: 0 0 .75rem; font-size: 1.125rem; font-weight: 600; }
p { margin: 0 0 .75rem; font-size: .875rem; line-height: 1.5; }
code { font-size: .75rem; overflow-wrap: anywhere; color: light-dark(#52525b, #a1a1aa); }
</style>
</head>
<body>
<main>
<h1>The application could not be connected</h1>
<p>${advice(error)}</p>
<code>${escapeHtml(error)}${description ? `: ${escapeHtml(description)}` : ""}</code>
</main>
</body>
</html>
`;
}
