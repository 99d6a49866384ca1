/** To be filled. */
