// GraphiQL on this host, asking as who is signed in.
(() => {
  const root = document.getElementById("graphiql");
  const { address, csrfToken } = root.dataset;

  const fetcher = async (request) => {
    const answer = await fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": csrfToken,
      },
      body: JSON.stringify(request),
    });
    return answer.json();
  };

  const example = `# You ask as who is signed in. Ctrl-Enter runs the document.
{
  viewer {
    name
    scopes
    limits { maxCost maxFirst pointsPerMinute }
  }
  assets(first: 10) {
    edges { node { name assetType } }
  }
}
`;
  ReactDOM.createRoot(root).render(
    React.createElement(GraphiQL, { fetcher, defaultQuery: example, shouldPersistHeaders: false }),
  );
})();
