// The one Trusted Types policy. It vouches for the addresses of workers that this widget's own code makes, and for nothing else.
interface Policy {
  createScriptURL(url: string): string;
}

let policy: Policy | undefined;

/** The address as the browser takes it. Throws where the page's policy does not name ours. */
export function trusted(url: string): string {
  const { trustedTypes } = window as {
    trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  };
  policy ??= trustedTypes?.createPolicy('shopbell', { createScriptURL: (made) => made });
  return policy?.createScriptURL(url) ?? url;
}
