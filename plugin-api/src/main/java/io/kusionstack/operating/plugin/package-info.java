/** What both kinds of plugins share: how a plugin offers itself, what the host lends it, and how it sees a Pod. */
@NullMarked
package io.kusionstack.operating.plugin;

import org.jspecify.annotations.NullMarked;
