/** A plugin whose constructors never return. */
@NullMarked
package io.kusionstack.operating.testplugins.blocksatstart;

import org.jspecify.annotations.NullMarked;
