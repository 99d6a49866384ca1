const response = {
  posts: [
    { id: 'p1', author: { id: 'u1', name: 'Ada' }, comments: [{ id: 'c1', text: 'First' }] },
    { id: 'p2', author: { id: 'u1', name: 'Ada' }, comments: [] },
  ],
};
const entities = { users: {}, comments: {}, posts: {} };
for (const { author, comments, ...post } of response.posts) {
  entities.users[author.id] = author;
  comments.forEach(c => { entities.comments[c.id] = c; });
  entities.posts[post.id] = { ...post, author: author.id, comments: comments.map(c => c.id) };
}
final_answer(entities);
