// Trusted Types: a policy vouches for the addresses that this widget's own code makes, and for nothing else. Each script that needs one has a
// name of its own for it: a page lets a name be used once.
import { own_global } from './own_global';

interface Policy {
  createScriptURL(url: string): string;
}

declare global {
  interface Window {
    readonly trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  }
}

/** Gives an address as the browser takes it. Throws where the page's policy does not name this one. */
export function trusted_by(name: string): (url: string) => string {
  let policy: Policy | undefined;
  return (url) => {
    policy ??= own_global('trustedTypes')?.createPolicy(name, { createScriptURL: (made) => made });
    return policy?.createScriptURL(url) ?? url;
  };
}
