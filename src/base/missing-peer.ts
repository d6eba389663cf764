/**
 * For the `catch` of an import of optional peers: `.catch(missingPeer("renderSvg", "vega@6"))`. (In this form a
 * bundler warns of a package that is not installed; in others it fails.)
 *
 * @param place The public function that needs them.
 * @param packages As npm takes them, in versions that run on every Node this library runs on: `"vega@6 vega-lite@6.4"`.
 * @returns a function that throws an Error with the command that installs them.
 */
export function missingPeer(place: string, packages: string): (cause: unknown) => never {
  return (cause) => {
    const names = packages.replaceAll(/(?<=[^ ])@[^ ]+/g, "").replaceAll(" ", " and ");
    throw new Error(
      `${place}: ${names} must be installed (npm install ${packages}); loading failed`,
      { cause },
    );
  };
}
