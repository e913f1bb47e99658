import { z } from 'zod'
import { choice, email, line, optionalPostcode, password } from '../../http/formFields.ts'

const nameLengthMax = 100

export const SignUpForm = z.strictObject({
  role: choice(['resident', 'provider', 'coordinator']),
  name: line(nameLengthMax),
  email: email(),
  postcode: optionalPostcode(),
  password: password(),
})
