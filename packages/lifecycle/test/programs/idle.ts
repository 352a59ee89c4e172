import { lifecycle } from '@holdfast/lifecycle'

// Has nothing to do.
lifecycle().started()
